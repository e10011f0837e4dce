//! (owner)
