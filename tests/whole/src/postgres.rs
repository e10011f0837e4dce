//! A private PostgreSQL: a cluster in a temporary folder, on a Unix socket alone, ended and removed with
//! the test's process, however it ends.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// The address of a new, empty database.
pub fn fresh_database() -> String {
    assert!(Path::new(PROGRAMS).join("postgres").exists(), "{PROGRAMS} is not there: apt-get install postgresql-15");
    let folder = tempfile::tempdir().unwrap().keep();
    // PostgreSQL refuses to run as root.
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let user = if root { "setpriv --reuid=postgres --regid=postgres --clear-groups " } else { "" };
    let script = format!(
        "set -e; D={folder}; [ -z '{user}' ] || chown postgres $D
         {user}{PROGRAMS}/initdb -D $D/data -U gate -A trust -E UTF8 --locale=C.UTF-8 --no-sync >$D/log 2>&1
         {user}{PROGRAMS}/postgres -D $D/data -k $D -c listen_addresses= -c fsync=off -c full_page_writes=off >>$D/log 2>&1 &
         P=$!; cat >/dev/null || true; kill -INT $P; wait $P || true; rm -rf $D",
        folder = folder.display()
    );
    let watcher = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Never dropped: its pipe closes with this process, and that ends the server.
    std::mem::forget(watcher);
    let end = Instant::now() + Duration::from_secs(60);
    let socket = folder.to_string_lossy().into_owned();
    while !Command::new(format!("{PROGRAMS}/pg_isready"))
        .args(["-q", "-h", &socket, "-U", "gate"])
        .status()
        .unwrap()
        .success()
    {
        assert!(Instant::now() < end, "{}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(100));
    }
    let made =
        Command::new(format!("{PROGRAMS}/createdb")).args(["-h", &socket, "-U", "gate", "gate"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    format!("postgres:///gate?host={socket}&user=gate")
}
