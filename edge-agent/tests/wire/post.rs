//! One lane with everything at it: the simulated devices, the agent as a process of its own, and the person at the
//! panel and beside the boom, who does what a person does there and knows nothing of the agent's inside.

use std::process::Stdio;
use std::time::{Duration, Instant};

use edge_agent::clock::Clock;
use gate_core::clock::UtcMicros;
use gate_simulators::judge::{Fact, Life, Rules, Word};
use gate_simulators::plant::{BoomTimes, Drive, EXIT_LOOP_M, LanePlant, Manner, SWEEP_M, Sensor, VehicleKind};
use gate_simulators::site::{BarrierKind, Lane, LaneSetup, Site};
use gate_simulators::wire::WireFault;
use gate_simulators::wiring::Way;
use rand::Rng as _;
use rand::rngs::StdRng;

use crate::panel::Panel;
use crate::process_common::{Running, agent, client, data_folder, done, free_port};
use crate::scenario::{Job, Moment, Trouble};

/// A person looks so often, and acts at most so often.
const LOOK: Duration = Duration::from_millis(30);
const ACT: Duration = Duration::from_millis(700);
/// A boom that stands wrong for so long is taken by hand.
const CRANK: Duration = Duration::from_secs(7);
/// A passage must be over, whatever happened, within this.
const OVER: Duration = Duration::from_secs(180);

/// How a lane is built.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    pub barrier: BarrierKind,
    pub way: Way,
    /// The agent lowers the boom, or the barrier's own controller.
    pub agent_closes: bool,
}

/// Every barrier, either way, closed by either.
pub const BUILDS: [Build; 8] = [
    Build { barrier: BarrierKind::Relays, way: Way::Tcp, agent_closes: false },
    Build { barrier: BarrierKind::Relays, way: Way::Pty, agent_closes: true },
    Build { barrier: BarrierKind::Came, way: Way::Tcp, agent_closes: true },
    Build { barrier: BarrierKind::SimpleRs485, way: Way::Pty, agent_closes: false },
    Build { barrier: BarrierKind::Relays, way: Way::Pty, agent_closes: false },
    Build { barrier: BarrierKind::Relays, way: Way::Tcp, agent_closes: true },
    Build { barrier: BarrierKind::Came, way: Way::Pty, agent_closes: false },
    Build { barrier: BarrierKind::SimpleRs485, way: Way::Tcp, agent_closes: true },
];

const MIN_OPEN_MS: u64 = 1000;

impl Build {
    pub fn rules(self) -> Rules {
        let checked = matches!(self.way, Way::Pty);
        Rules { barrier: self.barrier, checked, agent_closes: self.agent_closes, min_open_ms: MIN_OPEN_MS }
    }
}

/// A lane and its people.
pub struct Post {
    build: Build,
    pub site: Site,
    pub folder: tempfile::TempDir,
    port: u16,
    pin: String,
    http: reqwest::Client,
    agent: Option<Running>,
    panel: Option<Panel>,
    /// What people did and what became of the agent, with the plant's time.
    pub facts: Vec<(u64, Fact)>,
    rng: StdRng,
    acted: Instant,
    /// Since when the boom has stood still where it does not belong.
    stuck: Option<Instant>,
}

impl Post {
    pub async fn build(build: Build, rng: StdRng) -> Self {
        let boom = BoomTimes { open_ms: 700, close_ms: 900 };
        let setup = LaneSetup {
            closes_by_itself_ms: (!build.agent_closes).then_some(2500),
            ..LaneSetup::of_example(build.barrier, build.way, boom)
        };
        let site = Site::start(&[setup]).await.unwrap();
        let profiles = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware-config");
        let wiring = site.lanes["in-1"].wiring(&profiles).unwrap();
        let closing = if build.agent_closes { "agent" } else { "controller" };
        let barrier = format!(
            "[lane.barrier]\nclosing = '{closing}'\ntravel_open_ms = 900\ntravel_close_ms = 1100\npulse_ms = 400\n\
             min_open_ms = {MIN_OPEN_MS}\nclear_ms = 2000\nphotocell = true\nthree_loops = true\n\
             force_limitation_recorded = {}\n",
            build.agent_closes
        );
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let authority = data_folder(folder.path(), &wiring, &barrier, port);
        let (good, said) = done(folder.path(), &["pin", "lan", "--role", "shift_leader"]);
        assert!(good, "{said}");
        let mut post = Self {
            build,
            site,
            folder,
            port,
            pin: said.trim().to_owned(),
            http: client(&authority),
            agent: None,
            panel: None,
            facts: Vec::new(),
            rng,
            acted: Instant::now(),
            stuck: None,
        };
        post.start().await.unwrap();
        post
    }

    pub fn lane(&self) -> &Lane {
        &self.site.lanes["in-1"]
    }

    fn with_plant<T>(&self, look: impl FnOnce(&mut LanePlant) -> T) -> T {
        look(&mut self.lane().sim.now().plant)
    }

    fn note(&mut self, fact: Fact) {
        let at = self.with_plant(|p| p.now_ms());
        self.facts.push((at, fact));
    }

    async fn start(&mut self) -> Result<(), String> {
        self.note(Fact::Agent(Life::Started));
        let mut command = agent(self.folder.path(), &["run"]);
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log"));
        command.stdout(Stdio::null()).stderr(log.map_err(|e| e.to_string())?).env("GATE_LOG", "warn");
        self.agent = Some(Running(command.spawn().map_err(|e| e.to_string())?));
        self.panel = Some(Panel::sign_in(&self.http, self.port, &self.pin).await?);
        Ok(())
    }

    /// `kill -9`, wherever it is.
    pub fn kill(&mut self) {
        self.panel = None;
        self.agent = None;
        self.note(Fact::Agent(Life::Killed));
    }

    /// Plays one passage to its end; the time from the vehicle's coming to the lane at rest again.
    pub async fn play(&mut self, job: &Job) -> Result<(UtcMicros, UtcMicros), String> {
        let begun = Clock::default().utc();
        let end = Instant::now() + OVER;
        let mut struck = false;
        let mut heals: Option<Instant> = None;
        if job.moment == Moment::Idle {
            heals = self.strike(job).await?;
            struck = true;
        }
        let kind = if self.rng.random_ratio(1, 6) { VehicleKind::Lorry } else { VehicleKind::Car };
        let id = self.with_plant(|p| p.arrive(kind, kind.usual_length_m(), Manner::Waits));
        let id = id.ok_or("the lane is full")?;
        loop {
            tokio::time::sleep(LOOK).await;
            if Instant::now() > end {
                let shows = self.panel.as_ref().map(Panel::shows);
                let plant =
                    self.with_plant(|p| format!("{:?} {:?} chain {}", p.boom(), p.vehicles(), p.stop_chain_closed()));
                return Err(format!("it is not over after {} s: {shows:?} {plant}", OVER.as_secs()));
            }
            if !struck && self.with_plant(|p| job.moment.is_now(p, id)) {
                heals = self.strike(job).await?;
                struck = true;
            }
            if heals.is_some_and(|at| Instant::now() >= at) {
                self.heal();
                heals = None;
            }
            if self.over(id) {
                if struck && heals.is_none() {
                    return Ok((begun, Clock::default().utc()));
                }
                if !struck {
                    // The moment did not come (a boom that is stopped does not close): strike now.
                    heals = self.strike(job).await?;
                    struck = true;
                    continue;
                }
            }
            let orders = job.moment == Moment::Ordered && !struck;
            if self.person(id, orders.then_some(job)).await? && orders {
                heals = Some(Instant::now());
                struck = true;
            }
        }
    }

    /// The trouble begins, and the agent dies and lives again where it shall. When the trouble ends.
    async fn strike(&mut self, job: &Job) -> Result<Option<Instant>, String> {
        self.trouble(&job.trouble);
        if job.moment == Moment::Stopped
            && let Some(panel) = self.panel.take()
        {
            self.note(Fact::Person(Word::Stop));
            panel.stop().await;
            self.panel = Some(panel);
        }
        if !job.kill {
            return Ok(Some(Instant::now() + self.some_ms(300, 2500)));
        }
        tokio::time::sleep(self.some_ms(0, 250)).await;
        self.die_and_live().await
    }

    /// A kill, a while without an agent, and a new life, with the trouble in force or not.
    async fn die_and_live(&mut self) -> Result<Option<Instant>, String> {
        self.kill();
        tokio::time::sleep(self.some_ms(800, 2500)).await;
        let stays = self.rng.random_bool(0.5);
        if !stays {
            self.heal();
        }
        self.start().await?;
        Ok(stays.then(|| Instant::now() + Duration::from_millis(1500)))
    }

    fn some_ms(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.rng.random_range(from..to))
    }

    fn trouble(&self, trouble: &Trouble) {
        match trouble {
            Trouble::Nothing => {}
            Trouble::Wire(kind) => {
                for (_, port) in self.lane().ports.iter().filter(|(name, _)| *name != "display") {
                    port.set_fault(Some(WireFault { kind: kind.clone(), times: None }));
                }
            }
            Trouble::Sensor(sensor, fault) => self.with_plant(|p| p.set_sensor_fault(*sensor, Some(*fault))),
        }
    }

    fn heal(&self) {
        for port in self.lane().ports.values() {
            port.set_fault(None);
        }
        let sensors =
            [Sensor::BoomLoop, Sensor::Photocell, Sensor::ApproachLoop, Sensor::OpenLimit, Sensor::ClosedLimit];
        self.with_plant(|p| sensors.into_iter().for_each(|s| p.set_sensor_fault(s, None)));
    }

    /// The vehicle is gone, the boom down, the chain whole, and the lane ready for the next.
    fn over(&self, id: u64) -> bool {
        let shows = self.panel.as_ref().map(Panel::shows).unwrap_or_default();
        let rests = self.with_plant(|p| {
            let gone = p.vehicles().iter().all(|v| v.id != id || v.rear_m() > EXIT_LOOP_M.1 + 0.5);
            gone && p.boom().at_closed() && p.boom().drive() == Drive::Still && p.stop_chain_closed()
        });
        rests && shows == ("idle".to_owned(), "closed".to_owned())
    }

    /// What the person does now, if anything. With `killing` the order to open is the job's moment: true when it
    /// was given, and the agent died and lives again.
    async fn person(&mut self, id: u64, killing: Option<&Job>) -> Result<bool, String> {
        let Some((state, barrier)) = self.panel.as_ref().map(Panel::shows) else { return Ok(false) };
        let (still, body, limit, waits, gone) = self.with_plant(|p| {
            let vehicle = p.vehicles().iter().find(|v| v.id == id);
            let limit = p.boom().at_open() || p.boom().at_closed();
            let waits = vehicle.is_some_and(|v| v.front_m < 0.0) && p.truth(Sensor::ApproachLoop);
            let gone = vehicle.is_none_or(|v| v.rear_m() > EXIT_LOOP_M.1);
            (p.boom().drive() == Drive::Still, p.body_in_sweep(), limit, waits, gone)
        });
        let reset =
            matches!(barrier.as_str(), "stopped" | "manual_local" | "emergency_open") || barrier.starts_with("fault");
        let belongs = !still || (limit && !(gone && barrier == "open") && !(barrier == "unknown" && gone));
        if belongs {
            self.stuck = None;
        }
        let stuck = !belongs && self.stuck.get_or_insert_with(Instant::now).elapsed() > CRANK;
        if self.acted.elapsed() < ACT {
            return Ok(false);
        }
        if reset && still && !body {
            self.acted = Instant::now();
            if !limit || gone {
                self.crank();
            }
            self.act(Word::Reset, "reset").await;
        } else if (reset && still && body) || stuck {
            self.acted = Instant::now();
            self.stuck = None;
            let distrusts = self.panel.as_ref().is_some_and(|p| p.tells_of("sensor_implausible"));
            if barrier == "open" && distrusts && !body {
                self.act(Word::Reset, "reset").await;
            } else if barrier == "open" && self.build.agent_closes && !body {
                self.act(Word::WayIsEmpty, "way_is_empty").await;
            } else {
                self.crank();
            }
        } else if state == "tailgated" {
            self.acted = Instant::now();
            if let Some(panel) = &self.panel {
                panel.act("was_trailer").await;
            }
        } else if barrier == "closed"
            && waits
            && matches!(state.as_str(), "capturing" | "deciding" | "referred" | "refused")
        {
            self.acted = Instant::now();
            return self.order(killing).await;
        }
        Ok(false)
    }

    /// The boom taken by hand: up where a vehicle is under it, down otherwise.
    fn crank(&self) {
        self.with_plant(|p| {
            let under = p.vehicles().iter().any(|v| v.reaches((SWEEP_M.0 - 0.5, SWEEP_M.1)));
            p.boom_mut().move_by_hand(if under { 90.0 } else { 0.0 });
        });
    }

    async fn act(&mut self, word: Word, act: &str) -> bool {
        let Some(asked) = self.panel.as_ref().map(|p| p.act(act)) else { return false };
        self.note(Fact::Person(word));
        asked.await
    }

    async fn order(&mut self, killing: Option<&Job>) -> Result<bool, String> {
        let Some(job) = killing else {
            let taken = self.act(Word::Open, "open").await;
            self.note(Fact::Person(if taken { Word::OpenTaken } else { Word::OpenRefused }));
            return Ok(false);
        };
        self.trouble(&job.trouble);
        let Some(asked) = self.panel.as_ref().map(|p| p.act("open")) else { return Ok(false) };
        self.note(Fact::Person(Word::Open));
        let asked = tokio::spawn(asked);
        if job.kill {
            tokio::time::sleep(self.some_ms(0, 300)).await;
            self.die_and_live().await?;
            self.heal();
        } else {
            let taken = asked.await.unwrap_or(false);
            self.note(Fact::Person(if taken { Word::OpenTaken } else { Word::OpenRefused }));
            tokio::time::sleep(self.some_ms(300, 1500)).await;
        }
        Ok(true)
    }
}
