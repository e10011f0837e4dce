//! A private PostgreSQL for tests: a cluster in a temporary folder, on a Unix socket alone, ended and
//! removed when the test process ends, however it ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// The address of a new, empty database.
///
/// # Errors
/// Why there is none on this machine.
pub fn fresh_database() -> Result<String, String> {
    static CLUSTER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let socket = CLUSTER.get_or_init(start).clone()?;
    let name = format!("gate_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let made = Command::new(format!("{PROGRAMS}/createdb"))
        .args(["-h", &socket.to_string_lossy(), "-U", "gate", &name])
        .output()
        .map_err(|e| e.to_string())?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned());
    }
    Ok(format!("postgres:///{name}?host={}&user=gate", socket.display()))
}

/// Starts the cluster under a watcher that ends it when our end of its pipe closes.
fn start() -> Result<PathBuf, String> {
    if !Path::new(PROGRAMS).join("postgres").exists() {
        return Err(format!("{PROGRAMS}/postgres is not installed (apt-get install postgresql-15)"));
    }
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?.keep();
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").map_err(|e| e.to_string())?) == 0;
    // PostgreSQL refuses to run as root.
    let user = if root { "setpriv --reuid=postgres --regid=postgres --clear-groups " } else { "" };
    let script = format!(
        "set -e; D={dir}; [ -z '{user}' ] || chown postgres $D
         {user}{PROGRAMS}/initdb -D $D/data -U gate -A trust -E UTF8 --locale=C.UTF-8 --no-sync >$D/log 2>&1
         {user}{PROGRAMS}/postgres -D $D/data -k $D -c listen_addresses= -c fsync=off -c full_page_writes=off \
           -c max_connections=200 >>$D/log 2>&1 &
         P=$!; cat >/dev/null || true; kill -INT $P; wait $P || true; rm -rf $D",
        dir = dir.display()
    );
    let watcher = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    // Never dropped: the pipe closes with this process.
    std::mem::forget(watcher);
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        let ready = Command::new(format!("{PROGRAMS}/pg_isready"))
            .args(["-q", "-h", &dir.to_string_lossy(), "-U", "gate"])
            .status()
            .map_err(|e| e.to_string())?;
        if ready.success() {
            return Ok(dir);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(std::fs::read_to_string(dir.join("log")).unwrap_or_default())
}
