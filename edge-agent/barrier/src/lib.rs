//! The hands of the gate: barrier, loops, lights and display over serial lines and Modbus.
//!
//! - [`profile`]: what a device is, as data (`firmware-config/*.toml`)
//! - [`wiring`]: how one lane is wired (`firmware-config/lanes/*.toml`)
//! - [`config`]: configuration files whose errors name line, value and remedy
//! - [`codec`]: bytes of the devices that do not speak Modbus
//! - [`bus`]: one owner task per serial port or TCP connection

pub mod bus;
pub mod clock;
pub mod codec;
pub mod config;
pub mod device;
pub mod profile;
pub mod wiring;
