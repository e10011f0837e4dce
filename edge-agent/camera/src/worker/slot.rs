//! The one place between grabbing and writing: a newer frame takes the place of one not yet written.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use opencv::prelude::*;

use crate::frame::Header;

/// A picture's rows, wherever they lie.
pub(super) enum Rows {
    /// As OpenCV decoded them.
    Mat(opencv::core::Mat),
    /// As read from a file.
    Shared(Arc<[u8]>),
}

impl Rows {
    pub(super) fn bytes(&self) -> opencv::Result<&[u8]> {
        match self {
            Self::Mat(mat) => mat.data_bytes(),
            Self::Shared(bytes) => Ok(bytes),
        }
    }
}

/// A frame on its way.
pub(super) struct Outgoing {
    pub(super) header: Header,
    pub(super) rows: Rows,
}

#[derive(Default)]
struct Inside {
    newest: Option<Outgoing>,
    /// A matrix that was written and can be decoded into again.
    spare: Option<opencv::core::Mat>,
}

/// The slot.
#[derive(Default)]
pub(super) struct Slot {
    inside: Mutex<Inside>,
    filled: Condvar,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, frame: Outgoing) {
        let mut inside = self.lock();
        if let Some(Outgoing { rows: Rows::Mat(mat), .. }) = inside.newest.replace(frame) {
            inside.spare = Some(mat);
        }
        self.filled.notify_one();
    }

    /// Waits for the next frame.
    pub(super) fn take(&self) -> Outgoing {
        let mut inside = self.lock();
        loop {
            if let Some(frame) = inside.newest.take() {
                return frame;
            }
            inside = self.filled.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A matrix to decode into.
    pub(super) fn spare(&self) -> opencv::core::Mat {
        self.lock().spare.take().unwrap_or_default()
    }

    pub(super) fn give_back(&self, rows: Rows) {
        if let Rows::Mat(mat) = rows {
            self.lock().spare = Some(mat);
        }
    }
}
