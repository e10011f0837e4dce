//! (owner: domain)
