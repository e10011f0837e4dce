//! How much memory the process takes, and a limit that it cannot pass.

use rustix::process::{Resource, getrlimit, setrlimit};

/// No allocation takes the process beyond so many MB: it ends there, and with it the test.
const MOST_MB: u64 = 2048;

/// Sets the limit, and lets the count of the most resident memory begin anew.
pub fn limited() {
    let limit = getrlimit(Resource::Data);
    setrlimit(Resource::Data, rustix::process::Rlimit { current: Some(MOST_MB << 20), ..limit }).unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// The most memory that was resident since then, in MB.
pub fn most_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kb = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    kb.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}
