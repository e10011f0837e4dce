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
        let shared = Arc::new(Shared::default());
        let pool = Self(Arc::new(Owner(Arc::clone(&shared))));
        for (number, mut one) in eyes.into_iter().enumerate() {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name(format!("eyes-{number}"))
                .spawn(move || while work(&shared, one.as_mut()) {})?;
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
fn work(shared: &Shared, eyes: &mut dyn Looks) -> bool {
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
        metrics::histogram!("edge_look_seconds").record(look.time.as_secs_f64());
    }
    permit.send(Looked { camera, frame, look });
    if let Some(place) = shared.lock().places.iter_mut().find(|p| p.id == id) {
        place.looking = false;
    }
    true
}
