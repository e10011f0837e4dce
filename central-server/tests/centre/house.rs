//! A running central in a folder of its own.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use central_server::store::{Place, Store};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::postgres;

/// Central and its broker, ended when dropped.
pub struct House {
    pub engine: &'static str,
    pub https: u16,
    pub broker: u16,
    pub dir: TempDir,
    database: String,
    settings: Vec<(&'static str, String)>,
    central: Option<Child>,
    _turn: SemaphorePermit<'static>,
}

/// Two cores: a few houses at a time.
static TURNS: Semaphore = Semaphore::const_new(3);

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
}

/// The databases that this machine has: SQLite always.
pub fn engines(test: &str) -> Vec<(&'static str, String)> {
    let mut engines = vec![("sqlite", "central.db".to_owned())];
    match postgres::fresh_database() {
        Ok(url) => engines.push(("postgresql", url)),
        Err(reason) => eprintln!("SKIPPED {test} on postgresql: {reason}"),
    }
    engines
}

impl House {
    /// Made, with two lanes of edge `kt-edge-1` and one of `kt-edge-2` not yet added; not serving.
    pub async fn made((engine, database): (&'static str, String)) -> Self {
        provider();
        let turn = TURNS.acquire().await.unwrap();
        let house = Self {
            engine,
            https: free_port(),
            broker: free_port(),
            dir: tempfile::tempdir().unwrap(),
            database,
            settings: vec![
                ("GATE_CENTRAL_RECORD__CHECKPOINT_MS", "100".into()),
                ("GATE_CENTRAL_EVIDENCE__MIN_FREE_BYTES", "1".into()),
            ],
            central: None,
            _turn: turn,
        };
        let (https, broker) = (format!("127.0.0.1:{}", house.https), format!("127.0.0.1:{}", house.broker));
        let init =
            ["init", "--site", "kt", "--listen", &https, "--broker-listen", &broker, "--database", &house.database];
        house.cli(&init);
        house
    }

    /// Made and serving.
    pub async fn start(engine: (&'static str, String)) -> Self {
        let mut house = Self::made(engine).await;
        house.serve().await;
        house
    }

    pub fn set(&mut self, variable: &'static str, value: String) {
        self.settings.push((variable, value));
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_central-server"));
        command.arg("--data").arg(self.data()).args(args).envs(self.settings.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs a command line to its end, whatever that is.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command line that must succeed; its standard output.
    pub fn cli(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes a file into the folder and imports it.
    pub fn import(&self, list: &str, csv: &str) {
        let file = self.dir.path().join(format!("{list}.csv"));
        std::fs::write(&file, csv).unwrap();
        self.cli(&["import", list, &file.to_string_lossy()]);
    }

    pub async fn serve(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let mut serve = self.command(&["serve"]);
        self.central = Some(serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let client = self.client();
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            let ready = client.get(self.url("/readyz")).send().await;
            if ready.is_ok_and(|r| r.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("central is not ready: {}", self.log());
    }

    /// Ends central as a service manager does.
    pub fn end(&mut self) -> Duration {
        let began = Instant::now();
        if let Some(mut central) = self.central.take() {
            let id = central.id().to_string();
            Command::new("kill").args(["-TERM", &id]).status().unwrap();
            while central.try_wait().unwrap().is_none() {
                if began.elapsed() > Duration::from_secs(20) {
                    central.kill().unwrap();
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        began.elapsed()
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.https)
    }

    pub fn authority(&self) -> String {
        std::fs::read_to_string(self.data().join("keys/authority.pem")).unwrap()
    }

    /// An HTTPS client that trusts this house alone.
    pub fn client(&self) -> reqwest::Client {
        let authority = reqwest::Certificate::from_pem(self.authority().as_bytes()).unwrap();
        reqwest::Client::builder()
            .use_rustls_tls()
            .tls_built_in_root_certs(false)
            .add_root_certificate(authority)
            .connect_timeout(Duration::from_secs(5))
            .build()
            .unwrap()
    }

    /// A second hand on its database.
    pub async fn store(&self) -> Store {
        Store::open(&Place::parse(&self.database, Path::new(&self.data()))).await.unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.end();
        if std::thread::panicking() {
            eprintln!("--- log of central on {} ---\n{}", self.engine, self.log());
        }
    }
}

/// Waits until something holds, at most ten seconds.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
