//! Bytes of the devices that do not speak Modbus, apart from any port: pure functions and
//! `tokio_util` codecs, used by the driver on one side and by the simulators on the other.

pub mod display;
pub mod rfid;
pub mod simple_rs485;
pub mod weighbridge;
