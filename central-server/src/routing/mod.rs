//! Where a vehicle goes next.
