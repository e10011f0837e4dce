//! Debian's mosquitto as central's child: started, watched, restarted with growing pauses, told to
//! read its ACL anew, ended with central.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::settings::{self, Files};
use crate::config::Config;
use crate::edge::Roster;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(30);
/// Having run for so long, the next fall starts with the first pause again.
const SOUND: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// What can be wrong with the broker.
#[derive(Debug, Error)]
pub enum BrokerError {
    /// Not `host:port`.
    #[error("broker.address {0:?} is not host:port")]
    Address(String),
    /// Certificates cannot be used.
    #[error("the broker's TLS: {0}; restore keys/ from the backup or run `central-server init --renew`")]
    Tls(String),
    /// The program is not there.
    #[error(
        "{program}: {source}; install Debian's package: apt-get install mosquitto, or set broker.kind = \"outside\""
    )]
    Missing {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{path}: {source}; give central's user the data folder")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The managed broker: a handle to the task that keeps it running.
#[derive(Debug)]
pub struct Managed {
    reload: watch::Sender<u64>,
    task: tokio::task::JoinHandle<()>,
}

/// Makes the broker read its ACL anew.
#[derive(Clone, Debug)]
pub struct Reload(watch::Sender<u64>);

impl Reload {
    /// Asks for it; several askings may become one.
    pub fn ask(&self) {
        self.0.send_modify(|n| *n += 1);
    }
}

impl Managed {
    /// Writes its files, ends a broker that an earlier central left behind, starts it and keeps it.
    ///
    /// # Errors
    /// [`BrokerError`] when the program is missing or a file cannot be written; later falls are
    /// answered by restarts.
    pub async fn start(config: &Config, roster: &Roster, stop: CancellationToken) -> Result<Self, BrokerError> {
        let data = std::path::absolute(&config.data)
            .map_err(|source| BrokerError::File { path: config.data.clone(), source })?;
        let files = Files::of(&data);
        settings::write(&files.folder, &files.conf, &settings::conf(config, &data))?;
        settings::write_acl(&data, &config.site, roster)?;
        end_left_behind(&files).await;
        let program = config.broker.program.clone();
        let child = spawn(&program, &files)?;
        let (reload, wish) = watch::channel(0);
        let task = tokio::spawn(keep(program, files, child, wish, stop));
        Ok(Self { reload, task })
    }

    /// A handle that makes the broker read its ACL anew.
    #[must_use]
    pub fn reloader(&self) -> Reload {
        Reload(self.reload.clone())
    }

    /// Waits until the broker has ended (after `stop`).
    pub async fn ended(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the broker's keeper ended badly");
        }
    }
}

fn spawn(program: &std::path::Path, files: &Files) -> Result<Child, BrokerError> {
    let mut child = Command::new(program)
        .arg("-c")
        .arg(&files.conf)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| BrokerError::Missing { program: program.to_owned(), source })?;
    if let Some(errors) = child.stderr.take() {
        tokio::spawn(async move {
            let mut lines = BufReader::new(errors).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::info!(target: "mosquitto", "{line}");
            }
        });
    }
    Ok(child)
}

async fn keep(program: PathBuf, files: Files, first: Child, mut wish: watch::Receiver<u64>, stop: CancellationToken) {
    let (mut child, mut since, mut pause) = (Some(first), Instant::now(), FIRST_PAUSE);
    loop {
        let Some(running) = child.as_mut() else {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LAST_PAUSE);
            since = Instant::now();
            match spawn(&program, &files) {
                Ok(new) => child = Some(new),
                Err(error) => tracing::error!(%error, "the broker cannot be started"),
            }
            continue;
        };
        tokio::select! {
            () = stop.cancelled() => return end(running).await,
            ended = running.wait() => {
                metrics::counter!("central_broker_falls_total").increment(1);
                tracing::error!(status = ?ended, pause_ms = pause.as_millis(), "the broker ended by itself; it is started again");
                if since.elapsed() > SOUND {
                    pause = FIRST_PAUSE;
                }
                child = None;
            }
            news = wish.changed() => {
                if news.is_err() {
                    return end(running).await;
                }
                signal(running.id(), Signal::HUP);
            }
        }
    }
}

async fn end(child: &mut Child) {
    signal(child.id(), Signal::TERM);
    if tokio::time::timeout(ENDS_WITHIN, child.wait()).await.is_err() {
        tracing::warn!("the broker did not end within {ENDS_WITHIN:?}; it is killed");
        if let Err(error) = child.kill().await {
            tracing::error!(%error, "the broker cannot be killed");
        }
    }
}

fn signal(pid: Option<u32>, signal: Signal) {
    let pid = pid.and_then(|p| i32::try_from(p).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::warn!(%error, ?signal, "signal to the broker failed");
    }
}

/// A central that was killed leaves its broker behind, on our port. Only a process that runs with our
/// own configuration file is ended.
async fn end_left_behind(files: &Files) {
    let Some(pid) = std::fs::read_to_string(&files.pid).ok().and_then(|t| t.trim().parse::<u32>().ok()) else { return };
    let ours = || {
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|&b| b == 0).any(|arg| arg == files.conf.as_os_str().as_encoded_bytes()))
    };
    if !ours() {
        return;
    }
    tracing::warn!(pid, "a broker of an earlier central still runs; it is ended");
    signal(Some(pid), Signal::TERM);
    let until = Instant::now() + ENDS_WITHIN;
    while ours() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if ours() {
        signal(Some(pid), Signal::KILL);
    }
}
