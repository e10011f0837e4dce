//! What a lane's schema cannot say: names that lead somewhere, relays that can do what is asked of them,
//! and what a barrier demands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use gate_core::barrier::io::InputName;
use gate_core::ids::LaneId;

use super::{
    BusFile, EndFile, Energised, InputFile, LaneFile, LaneWiring, MotionWiring, Report, Terminal, WiredDevice,
};
use crate::bus::Endpoint;
use crate::config::{ConfigErrors, Document, Problem};
use crate::profile::{DeviceKind, DeviceProfile, LineProfile, SCHEMA_VERSION};

/// A barrier's relays must be pulsed by the board itself.
const PULSE_REMEDY: &str =
    "take a board with a hardware pulse timer: a process that dies must leave no motion relay on";

struct Check<'a> {
    file: &'a LaneFile,
    document: &'a Document,
    devices: BTreeMap<String, WiredDevice>,
    problems: Vec<Problem>,
}

/// The wiring, or every fault of it.
pub(super) fn resolve(file: LaneFile, document: &Document, profiles: &Path) -> Result<LaneWiring, ConfigErrors> {
    let mut check = Check { file: &file, document, devices: BTreeMap::new(), problems: Vec::new() };
    let lane = check.lane();
    check.load_devices(profiles);
    let buses = check.buses();
    let motion = check.motion();
    check.relays();
    check.inputs();
    check.displays();
    check.other_end();
    let Check { devices, problems, .. } = check;
    ConfigErrors::unless_empty(problems)?;
    let (Some(lane), Some(motion)) = (lane, motion) else { return Err(ConfigErrors(Vec::new())) };
    Ok(LaneWiring {
        lane,
        poll: Duration::from_millis(u64::from(file.poll_ms)),
        buses,
        devices,
        motion,
        stop_chain: file.barrier.stop_chain,
        end: EndFile { light: file.light, display: file.display },
        other_end: file.other_end,
        inputs: file.input,
    })
}

impl Check<'_> {
    fn report(&mut self, at: &str, wrong: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(self.document.problem(at, wrong, remedy));
    }

    fn lane(&mut self) -> Option<LaneId> {
        if self.file.schema != SCHEMA_VERSION {
            let wrong = format!("{} is not a version this program reads", self.file.schema);
            self.report("/schema", wrong, format!("use {SCHEMA_VERSION}"));
        }
        LaneId::new(self.file.lane.clone())
            .map_err(|e| self.report("/lane", e.to_string(), "give the lane's name as central knows it"))
            .ok()
    }

    fn load_devices(&mut self, profiles: &Path) {
        for (name, device) in &self.file.device {
            let at = format!("/device/{name}");
            if !self.file.bus.contains_key(&device.bus) {
                let known: Vec<_> = self.file.bus.keys().cloned().collect();
                let wrong = format!("there is no bus {:?}", device.bus);
                self.report(&format!("{at}/bus"), wrong, format!("buses here: {}", known.join(", ")));
            }
            let path = profiles.join(format!("{}.toml", device.profile));
            match DeviceProfile::load(&path) {
                Ok(profile) => {
                    let unit = device.unit.unwrap_or(profile.line.unit);
                    self.devices.insert(name.clone(), WiredDevice { bus: device.bus.clone(), unit, profile });
                }
                Err(ConfigErrors(faults)) => {
                    let wrong = format!("profile {:?} is of no use", device.profile);
                    self.report(&format!("{at}/profile"), wrong, "name a file of the profiles' folder, without .toml");
                    self.problems.extend(faults);
                }
            }
        }
    }

    fn buses(&mut self) -> BTreeMap<String, Endpoint> {
        let mut buses = BTreeMap::new();
        for (name, bus) in &self.file.bus {
            let at = format!("/bus/{name}");
            let on_it: Vec<WiredDevice> = self.devices.values().filter(|d| &d.bus == name).cloned().collect();
            let Some(first) = on_it.first() else {
                if !self.file.device.values().any(|d| &d.bus == name) {
                    self.report(&at, "no device hangs on this bus", "remove it, or name it in a device");
                }
                continue;
            };
            let line = first.profile.line.clone();
            self.neighbours(&at, &on_it, bus.modbus_tcp.is_some());
            match endpoint(bus, line) {
                Some(endpoint) => drop(buses.insert(name.clone(), endpoint)),
                None => {
                    self.report(&at, "names no port or several", "give serial, modbus_tcp or serial_over_tcp alone")
                }
            }
        }
        buses
    }

    fn neighbours(&mut self, at: &str, on_it: &[WiredDevice], numbered: bool) {
        let mut units = BTreeSet::new();
        for device in on_it {
            let (line, first) = (&device.profile.line, &on_it[0].profile.line);
            if !numbered && !line.shares_line_with(first) {
                self.report(at, "its devices want different line settings", "give each line setting its own bus");
            }
            if device.profile.kind.is_modbus() != on_it[0].profile.kind.is_modbus()
                || (!device.profile.kind.is_modbus() && on_it.len() > 1)
            {
                self.report(at, "devices that do not speak Modbus share no line", "give each its own bus");
            }
            if numbered && !device.profile.kind.is_modbus() {
                let remedy = "use serial or serial_over_tcp for it";
                self.report(at, format!("{} does not speak Modbus TCP", device.profile.name), remedy);
            }
            if !units.insert(device.unit) {
                self.report(at, format!("unit {} is there twice", device.unit), "give each device its own address");
            }
        }
    }

    fn motion(&mut self) -> Option<MotionWiring> {
        let barrier = &self.file.barrier;
        match (&barrier.open, &barrier.close, &barrier.controller) {
            (Some(open), Some(close), None) => {
                for (name, terminal) in [("open", open), ("close", close)] {
                    self.pulsed(&format!("/barrier/{name}"), terminal);
                }
                Some(MotionWiring::Relays { open: open.clone(), close: close.clone() })
            }
            (None, None, Some(name)) => {
                let kinds = [DeviceKind::ModbusController, DeviceKind::SimpleRs485];
                match self.devices.get(name).map(|d| d.profile.kind) {
                    Some(kind) if kinds.contains(&kind) => {}
                    Some(kind) => {
                        let remedy = "name a modbus_controller or simple_rs485, or wire open and close";
                        self.report("/barrier/controller", format!("{name:?} is a {kind:?}"), remedy);
                    }
                    None => self.unknown_device("/barrier/controller", name),
                }
                Some(MotionWiring::Controller(name.clone()))
            }
            _ => {
                self.report(
                    "/barrier",
                    "names no way to move the boom, or two",
                    "give open and close, or controller alone",
                );
                None
            }
        }
    }

    fn pulsed(&mut self, at: &str, terminal: &Terminal) {
        let Some(device) = self.devices.get(&terminal.device) else { return };
        if device.profile.kind == DeviceKind::RelayBoard && device.profile.pulse.is_none() {
            let wrong = format!("board {:?} ({}) has no hardware pulse timer", terminal.device, device.profile.name);
            self.report(at, wrong, PULSE_REMEDY);
        }
    }

    fn relays(&mut self) {
        let barrier = &self.file.barrier;
        let light = self.file.light.as_ref();
        let other = self.file.other_end.as_ref().and_then(|end| end.light.as_ref());
        let all = [
            ("/barrier/open", barrier.open.as_ref()),
            ("/barrier/close", barrier.close.as_ref()),
            ("/barrier/stop_chain", Some(&barrier.stop_chain)),
            ("/light/green", light.map(|l| &l.green)),
            ("/light/red_off", light.and_then(|l| l.red_off.as_ref())),
            ("/other_end/light/green", other.map(|l| &l.green)),
            ("/other_end/light/red_off", other.and_then(|l| l.red_off.as_ref())),
        ];
        let mut taken = BTreeMap::new();
        for (at, terminal) in all.into_iter().filter_map(|(at, t)| Some((at, t?))) {
            match self.devices.get(&terminal.device).map(|d| d.profile.relays.as_ref().map_or(0, |r| r.count)) {
                None => self.unknown_device(&format!("{at}/device"), &terminal.device),
                Some(count) if terminal.relay > count => {
                    let wrong = format!("{:?} has {count} relays, not {}", terminal.device, terminal.relay);
                    self.report(&format!("{at}/relay"), wrong, "use the number printed beside the terminal");
                }
                Some(_) => {}
            }
            if let Some(other) = taken.insert(terminal.clone(), at) {
                let wrong = format!("relay {} of {:?} already serves {other}", terminal.relay, terminal.device);
                self.report(at, wrong, "give each its own relay");
            }
            if at.contains("/light/") {
                self.pulsed(at, terminal);
            }
        }
    }

    fn inputs(&mut self) {
        for limit in [InputName::OpenLimit, InputName::ClosedLimit] {
            if !self.file.input.contains_key(&limit) {
                let at = format!("/input/{}", limit.as_str());
                self.report(&at, "is missing", "both limits must be read: wire the switch or the controller's report");
            }
        }
        let mut taken = BTreeMap::new();
        for (name, input) in &self.file.input {
            let at = format!("/input/{}", name.as_str());
            let Some(device) = self.devices.get(&input.device) else {
                self.unknown_device(&format!("{at}/device"), &input.device);
                continue;
            };
            let profile = device.profile.clone();
            match profile.kind {
                DeviceKind::RelayBoard => self.contact(&at, *name, input, profile.inputs.map_or(0, |i| i.count)),
                kind => self.report_of(&at, input, kind),
            }
            if let Some(other) = taken.insert((&input.device, input.input, input.reports), name) {
                self.report(
                    &at,
                    format!("is the same contact as {}", other.as_str()),
                    "give each input its own contact",
                );
            }
        }
    }

    fn contact(&mut self, at: &str, name: InputName, input: &InputFile, count: u8) {
        match input.input {
            None => self.report(at, "names no input of the board", "give input = the number beside the terminal"),
            Some(number) if number > count => {
                let wrong = format!("{:?} has {count} inputs, not {number}", input.device);
                self.report(&format!("{at}/input"), wrong, "use the number printed beside the terminal");
            }
            Some(_) => {}
        }
        match input.energised {
            None => self.report(at, "does not say what energised means", "give energised = \"active\" or \"inactive\""),
            Some(Energised::Active) if name.is_safety() => self.report(
                &format!("{at}/energised"),
                "a broken wire would read as free",
                "wire loops and photocell energised when free: energised = \"inactive\"",
            ),
            Some(_) => {}
        }
        if input.reports.is_some() {
            self.report(&format!("{at}/reports"), "a relay board reports nothing of its own", "remove it");
        }
    }

    fn report_of(&mut self, at: &str, input: &InputFile, kind: DeviceKind) {
        if input.input.is_some() || input.energised.is_some() {
            self.report(at, "a controller has no such contact", "give reports = \"open_limit\" or \"closed_limit\"");
        }
        match (kind, input.reports) {
            (DeviceKind::SimpleRs485, Some(_)) => {}
            (DeviceKind::ModbusController, Some(Report::OpenLimit | Report::ClosedLimit)) => {}
            (_, report) => {
                let wrong = format!("a {kind:?} cannot report {report:?}");
                self.report(at, wrong, "give reports = \"open_limit\" or \"closed_limit\", or another device");
            }
        }
    }

    fn displays(&mut self) {
        let other = self.file.other_end.as_ref().and_then(|end| end.display.as_ref());
        for (at, name) in [("/display", self.file.display.as_ref()), ("/other_end/display", other)] {
            let Some(name) = name else { continue };
            match self.devices.get(name).map(|d| d.profile.kind) {
                Some(DeviceKind::LedVoiceDisplay) => {}
                Some(kind) => self.report(at, format!("{name:?} is a {kind:?}"), "name a led_voice_display"),
                None => self.unknown_device(at, name),
            }
        }
    }

    /// A lane that can be turned has a stop line at both ends, and what is shown at the one says nothing at the other.
    fn other_end(&mut self) {
        let Some(other) = &self.file.other_end else { return };
        for name in [InputName::LoopApproach, InputName::LoopExit] {
            if !self.file.input.contains_key(&name) {
                let remedy = "wire a loop at both ends, or remove other_end";
                self.report("/other_end", format!("a lane that can be turned needs {}", name.as_str()), remedy);
            }
        }
        if self.file.light.is_some() != other.light.is_some() {
            let remedy = "give each end its own light, or neither";
            self.report("/other_end", "one end has a light and the other has none", remedy);
        }
        if self.file.display.is_some() && self.file.display == other.display {
            let remedy = "name the display that stands at the other end, or none";
            self.report("/other_end/display", "both ends have the same display", remedy);
        }
    }

    fn unknown_device(&mut self, at: &str, name: &str) {
        if self.file.device.contains_key(name) {
            return; // its profile is at fault, which is already said
        }
        let known: Vec<_> = self.file.device.keys().cloned().collect();
        self.report(at, format!("there is no device {name:?}"), format!("devices here: {}", known.join(", ")));
    }
}

fn endpoint(bus: &BusFile, line: LineProfile) -> Option<Endpoint> {
    match (&bus.serial, bus.modbus_tcp, bus.serial_over_tcp) {
        (Some(path), None, None) => Some(Endpoint::Serial { path: path.clone(), line }),
        (None, Some(address), None) => Some(Endpoint::ModbusTcp { address }),
        (None, None, Some(address)) => Some(Endpoint::SerialOverTcp { address, line }),
        _ => None,
    }
}
