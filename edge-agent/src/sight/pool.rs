//! The pool of eyes: a few threads, each with its own models, that look at the newest frames of the
//! watched cameras in turn. Nothing queues: each camera has one place, and a newer frame takes it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gate_camera::Frame;
use gate_vision::{Eyes, Look, Picture};
use tokio::sync::mpsc;

/// How long a thread sleeps at most before it looks around again: a lane may have made room.
const LOOK_AROUND: Duration = Duration::from_millis(20);
/// How far the threads that look stand behind the rest of the agent, as `nice(2)` counts.
const NICE: i32 = 5;
/// Those of models on trial stand behind everything.
const NICE_ON_TRIAL: i32 = 19;

/// Who looks at pictures: the models, or a test's own.
pub trait Looks: Send {
    /// Looks at one picture.
    ///
    /// # Errors
    /// Why it could not, in words.
    fn look(&mut self, picture: &Picture) -> Result<Look, String>;
}

impl Looks for Eyes {
    fn look(&mut self, picture: &Picture) -> Result<Look, String> {
        Eyes::look(self, picture).map_err(|e| e.to_string())
    }
}

/// A frame that was looked at.
pub(super) struct Looked {
    /// Which camera of the lane.
    pub(super) camera: usize,
    pub(super) frame: Frame,
    pub(super) look: Result<Look, String>,
}

struct Place {
    id: u64,
    camera: usize,
    frame: Option<Frame>,
    looking: bool,
    told: mpsc::Sender<Looked>,
}

#[derive(Default)]
struct Inside {
    places: Vec<Place>,
    next_id: u64,
    /// Where the next turn begins.
    turn: usize,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    inside: Mutex<Inside>,
    offered: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the threads to end when the last handle is gone.
struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.offered.notify_all();
    }
}

/// The pool. Clones are handles to the same threads, which end with the last of them.
#[derive(Clone)]
pub struct EyesPool(Arc<Owner>);

impl EyesPool {
    /// One thread for each of `eyes`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(eyes: Vec<Box<dyn Looks>>) -> std::io::Result<Self> {
        Self::start_as("eyes", NICE, eyes)
    }

    /// As [`EyesPool::start`], for models on trial: one thread that gets what the others leave of the processor.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn on_trial(eyes: Box<dyn Looks>) -> std::io::Result<Self> {
        Self::start_as("shadow", NICE_ON_TRIAL, vec![eyes])
    }

    fn start_as(name: &'static str, nice: i32, eyes: Vec<Box<dyn Looks>>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let pool = Self(Arc::new(Owner(Arc::clone(&shared))));
        for (number, mut one) in eyes.into_iter().enumerate() {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                // On a loaded machine the lanes' own tasks, which poll the barriers, come first. On Linux
                // this is the thread's own.
                let _ = rustix::process::nice(nice);
                while work(&shared, name, one.as_mut()) {}
            })?;
        }
        Ok(pool)
    }

    /// A place for a camera's newest frame. `told` gets what was seen; a look waits for room in it.
    pub(super) fn seat(&self, camera: usize, told: mpsc::Sender<Looked>) -> Seat {
        let mut inside = self.0.0.lock();
        inside.next_id += 1;
        let id = inside.next_id;
        inside.places.push(Place { id, camera, frame: None, looking: false, told });
        Seat { pool: self.clone(), id }
    }
}

/// A camera's place in the pool, given back when dropped.
pub(super) struct Seat {
    pool: EyesPool,
    id: u64,
}

impl Seat {
    /// Puts a frame there; one that was not looked at yet is dropped.
    pub(super) fn offer(&self, frame: Frame) {
        let shared = &self.pool.0.0;
        let mut inside = shared.lock();
        if let Some(place) = inside.places.iter_mut().find(|p| p.id == self.id) {
            if place.frame.replace(frame).is_some() {
                metrics::counter!("edge_frames_dropped_total").increment(1);
            }
            shared.offered.notify_one();
        }
    }

    /// Takes back a frame that was not looked at yet.
    pub(super) fn clear(&self) {
        if let Some(place) = self.pool.0.0.lock().places.iter_mut().find(|p| p.id == self.id) {
            place.frame = None;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.pool.0.0.lock().places.retain(|p| p.id != self.id);
    }
}

impl Inside {
    /// The next frame in turn: of a camera that nobody is looking at and whose lane has room to hear.
    fn pick(&mut self) -> Option<(u64, usize, Frame, mpsc::OwnedPermit<Looked>)> {
        let count = self.places.len();
        for step in 0..count {
            let at = (self.turn + step) % count;
            let place = &mut self.places[at];
            if place.looking || place.frame.is_none() {
                continue;
            }
            let Ok(permit) = place.told.clone().try_reserve_owned() else { continue };
            if let Some(frame) = place.frame.take() {
                place.looking = true;
                self.turn = (at + 1) % count;
                return Some((place.id, place.camera, frame, permit));
            }
        }
        None
    }
}

/// One look. `false`: the pool is closed.
fn work(shared: &Shared, name: &'static str, eyes: &mut dyn Looks) -> bool {
    let (id, camera, frame, permit) = {
        let mut inside = shared.lock();
        loop {
            if inside.closed {
                return false;
            }
            if let Some(picked) = inside.pick() {
                break picked;
            }
            let waiting = inside.places.iter().any(|p| p.frame.is_some());
            inside = if waiting {
                let woken = shared.offered.wait_timeout(inside, LOOK_AROUND);
                woken.map_or_else(|e| e.into_inner().0, |w| w.0)
            } else {
                shared.offered.wait(inside).unwrap_or_else(PoisonError::into_inner)
            };
        }
    };
    // A picture that breaks the models must not take the eyes of all lanes with it.
    let look = catch_unwind(AssertUnwindSafe(|| eyes.look(&frame.picture)))
        .unwrap_or_else(|_| Err("the models broke on this picture".to_owned()));
    if let Ok(look) = &look {
        metrics::histogram!("edge_look_seconds", "by" => name).record(look.time.as_secs_f64());
        metrics::histogram!("edge_networks_seconds", "by" => name).record(look.networks.as_secs_f64());
    }
    permit.send(Looked { camera, frame, look });
    if let Some(place) = shared.lock().places.iter_mut().find(|p| p.id == id) {
        place.looking = false;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as std_mpsc;
    use std::time::Instant;

    use super::super::tests::{frame, look};
    use super::*;

    /// Looks only when told to, and breaks on a black picture.
    struct Held(std_mpsc::Receiver<()>);

    impl Looks for Held {
        fn look(&mut self, picture: &Picture) -> Result<Look, String> {
            let _ = self.0.recv_timeout(Duration::from_secs(5));
            assert!(picture.bgr[0] != 0, "a black picture");
            Ok(look(Vec::new()))
        }
    }

    fn pool() -> (EyesPool, std_mpsc::Sender<()>) {
        let (go, held) = std_mpsc::channel();
        (EyesPool::start(vec![Box::new(Held(held))]).unwrap(), go)
    }

    #[tokio::test]
    async fn the_newest_frame_wins_and_cameras_take_turns() {
        let (pool, go) = pool();
        let (told, mut looked) = mpsc::channel(4);
        let (first, second) = (pool.seat(0, told.clone()), pool.seat(1, told));
        first.offer(frame(1, Instant::now()));
        tokio::time::sleep(Duration::from_millis(100)).await;
        // The one pair of eyes is busy with frame 1: what comes now waits, and only the newest of it.
        for number in 2..=9 {
            first.offer(frame(number, Instant::now()));
            second.offer(frame(100 + number, Instant::now()));
        }
        let mut order = Vec::new();
        for _ in 0..3 {
            go.send(()).unwrap();
            let one = looked.recv().await.unwrap();
            order.push((one.camera, one.frame.number));
        }
        assert_eq!(order, [(0, 1), (1, 109), (0, 9)]);
        second.offer(frame(110, Instant::now()));
        second.clear();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(looked.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_picture_that_breaks_the_models_does_not_end_the_pool() {
        let (pool, go) = pool();
        let (told, mut looked) = mpsc::channel(4);
        let seat = pool.seat(0, told);
        for (number, good) in [(256, false), (1, true)] {
            seat.offer(frame(number, Instant::now()));
            go.send(()).unwrap();
            let one = looked.recv().await.unwrap();
            assert_eq!((one.frame.number, one.look.is_ok()), (number, good));
        }
    }

    #[tokio::test]
    async fn a_lane_that_does_not_listen_does_not_hold_the_eyes() {
        let (pool, go) = pool();
        let (deaf, _kept) = mpsc::channel(1);
        let (told, mut looked) = mpsc::channel(4);
        let (idle, busy) = (pool.seat(0, deaf), pool.seat(1, told));
        for number in 1..=3 {
            idle.offer(frame(number, Instant::now()));
            go.send(()).unwrap();
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        busy.offer(frame(7, Instant::now()));
        go.send(()).unwrap();
        let one = tokio::time::timeout(Duration::from_secs(2), looked.recv()).await.unwrap().unwrap();
        assert_eq!((one.camera, one.frame.number), (1, 7));
    }
}
