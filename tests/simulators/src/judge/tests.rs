//! A story in which all is well, and the same with one thing wrong each: the judge objects to that and to nothing else.

use super::*;
use crate::plant::Drive;

/// FC02 answers of a relay lane: loops and photocell free, closed limit; the same at the open limit; a body below it.
const DOWN: u8 = 0b0010_1111;
const UP: u8 = 0b0001_1111;
const BETWEEN: u8 = 0b0000_1111;
const OCCUPIED_UP: u8 = 0b0001_1101;
const OCCUPIED_BETWEEN: u8 = 0b0000_0101;
const BOTH: u8 = 0b0011_1111;

const OPEN: [u8; 5] = [5, 2, 0, 0, 5];
const CLOSE: [u8; 5] = [5, 2, 1, 0, 5];
const DROP: [u8; 5] = [5, 0, 2, 0, 0];
const WHOLE: [u8; 5] = [5, 0, 2, 0xFF, 0];
const GREEN: [u8; 5] = [5, 2, 3, 0, 30];

struct Story {
    judge: Judge,
    now: u64,
    plant: PlantSeen,
}

impl Story {
    /// The agent has watched a closed boom for ten seconds.
    fn begin(agent_closes: bool) -> Self {
        let rules = Rules { barrier: BarrierKind::Relays, checked: true, agent_closes, min_open_ms: 1000 };
        let plant = PlantSeen { at_ms: 0, boom_deg: 0.0, drive: Drive::Still, chain: true, green: false, body: false };
        let mut story = Self { judge: Judge::new(rules), now: 0, plant };
        story.see(|_| {});
        story.agent(Life::Started);
        story.reads(DOWN, 10_000);
        story
    }

    fn fact(&mut self, fact: Fact) {
        self.judge.fact(self.now, &fact);
    }

    fn agent(&mut self, life: Life) {
        self.fact(Fact::Agent(life));
    }

    fn person(&mut self, word: Word) {
        self.fact(Fact::Person(word));
    }

    fn see(&mut self, change: impl Fn(&mut PlantSeen)) {
        change(&mut self.plant);
        self.plant.at_ms = self.now;
        self.fact(Fact::Logged(Logged::Plant(self.plant)));
    }

    fn heard(&mut self, asked: &[u8], answered: Option<Vec<u8>>, fault: Option<WireFaultKind>) {
        let boom_deg = self.plant.boom_deg;
        let heard = Heard { at_ms: self.now, port: "board", asked: asked.to_vec(), answered, fault, boom_deg };
        self.fact(Fact::Logged(Logged::Heard(heard)));
    }

    fn tell(&mut self, pdu: [u8; 5]) {
        self.heard(&pdu, Some(pdu.to_vec()), None);
    }

    /// Inputs are read for so long.
    fn reads(&mut self, inputs: u8, ms: u64) {
        for _ in 0..ms / 80 {
            self.now += 80;
            self.heard(&[2, 0, 0, 0, 8], Some(vec![2, 1, inputs]), None);
        }
    }

    fn passed(&mut self) {
        let note = Note { at_ms: self.now, kind: NoteKind::Passed, text: String::new() };
        self.fact(Fact::Noted(note));
    }

    /// One ordered opening; the boom is up, and green.
    fn opens(&mut self) {
        self.person(Word::Open);
        self.person(Word::OpenTaken);
        self.now += 50;
        self.tell(OPEN);
        self.see(|p| p.drive = Drive::Up);
        self.reads(BETWEEN, 800);
        self.see(|p| (p.drive, p.boom_deg) = (Drive::Still, 90.0));
        self.reads(UP, 160);
        self.tell(GREEN);
    }

    /// The vehicle drives through.
    fn goes_through(&mut self) {
        self.reads(OCCUPIED_UP, 2000);
        self.passed();
        self.reads(UP, 2500);
    }

    fn rules(&self) -> Vec<&'static str> {
        let mut rules: Vec<_> = self.judge.objections().iter().map(|o| o.rule).collect();
        rules.dedup();
        rules
    }

    fn broken(&self, rule: &'static str) {
        assert_eq!(self.rules(), [rule], "{:#?}", self.judge.objections());
    }
}

#[test]
fn a_passage_with_all_well_is_not_objected_to() {
    for agent_closes in [false, true] {
        let mut story = Story::begin(agent_closes);
        story.opens();
        story.goes_through();
        if agent_closes {
            story.tell(CLOSE);
        }
        story.see(|p| p.drive = Drive::Down);
        story.reads(BETWEEN, 800);
        story.see(|p| (p.drive, p.boom_deg) = (Drive::Still, 0.0));
        story.reads(DOWN, 3000);
        assert_eq!(story.rules(), Vec::<&str>::new(), "{:#?}", story.judge.objections());
        assert_eq!(story.judge.openings(), 1);
    }
}

#[test]
fn open_needs_an_order_of_its_own() {
    let mut story = Story::begin(false);
    story.opens();
    story.tell(OPEN);
    story.broken("I3");
    let mut refused = Story::begin(false);
    refused.person(Word::Open);
    refused.person(Word::OpenRefused);
    refused.tell(OPEN);
    refused.broken("I3");
    let mut old = Story::begin(false);
    old.person(Word::Open);
    old.reads(DOWN, 4000);
    old.tell(OPEN);
    old.broken("I3");
}

#[test]
fn an_order_that_was_taken_opens_within_a_second() {
    let mut story = Story::begin(false);
    story.person(Word::Open);
    story.person(Word::OpenTaken);
    story.reads(DOWN, 1300);
    story.broken("I14");
    let mut late_machine = Story::begin(false);
    late_machine.person(Word::Open);
    late_machine.person(Word::OpenTaken);
    late_machine.judge.late(10_500, 400);
    late_machine.reads(DOWN, 1300);
    assert_eq!(late_machine.rules(), Vec::<&str>::new());
}

#[test]
fn nothing_moves_in_the_first_five_seconds() {
    let mut story = Story::begin(false);
    story.agent(Life::Killed);
    story.now += 1000;
    story.agent(Life::Started);
    story.reads(DOWN, 2000);
    story.person(Word::Open);
    story.tell(OPEN);
    story.broken("I7");
    let mut blind = Story::begin(false);
    for _ in 0..5 {
        blind.now += 600;
        blind.heard(&[2, 0, 0, 0, 8], None, Some(WireFaultKind::Silent));
    }
    blind.reads(DOWN, 1600);
    blind.person(Word::Open);
    blind.tell(OPEN);
    blind.broken("I7");
    let mut slow = Story::begin(false);
    slow.now += 3000;
    slow.reads(DOWN, 1600);
    slow.person(Word::Open);
    slow.tell(OPEN);
    assert_eq!(slow.rules(), Vec::<&str>::new(), "it did not ask, so it was not blind");
}

#[test]
fn an_order_of_an_earlier_life_is_void() {
    let mut story = Story::begin(false);
    story.reads(DOWN, 800);
    story.agent(Life::Killed);
    story.person(Word::Open);
    story.agent(Life::Started);
    story.tell(OPEN);
    assert_eq!(story.rules(), ["I3"], "its order is gone, so the settling time is not even asked for");
}

#[test]
fn bytes_that_no_lane_has_are_never_told() {
    for pdu in [[5, 0, 0, 0xFF, 0], [5, 0, 1, 0x55, 0], [5, 2, 0, 0, 16], [5, 2, 0, 0, 2], [5, 0, 0xFF, 0xFF, 0]] {
        let mut story = Story::begin(false);
        story.tell(pdu);
        story.broken("I5");
    }
}

#[test]
fn after_a_stop_nothing_moves_before_reset_settling_and_a_word() {
    let mut story = Story::begin(false);
    story.person(Word::Stop);
    story.tell(DROP);
    story.person(Word::Open);
    story.tell(OPEN);
    story.broken("I6");
    let mut unasked = Story::begin(false);
    unasked.tell(DROP);
    unasked.tell(WHOLE);
    unasked.broken("I6");
    let mut at_once = Story::begin(false);
    at_once.tell(DROP);
    at_once.person(Word::Reset);
    at_once.tell(WHOLE);
    at_once.reads(DOWN, 2000);
    at_once.person(Word::Open);
    at_once.tell(OPEN);
    at_once.broken("I6");
    let mut right = Story::begin(false);
    right.tell(DROP);
    right.person(Word::Reset);
    right.tell(WHOLE);
    right.reads(DOWN, 5000);
    right.person(Word::Open);
    right.tell(OPEN);
    assert_eq!(right.rules(), Vec::<&str>::new(), "{:#?}", right.judge.objections());
}

#[test]
fn stop_is_on_the_wire_at_once() {
    let mut story = Story::begin(false);
    story.person(Word::Stop);
    story.reads(DOWN, 600);
    story.broken("STOP");
}

#[test]
fn close_comes_over_a_way_that_was_read_free_and_after_a_vehicle() {
    let mut not_mine = Story::begin(false);
    not_mine.opens();
    not_mine.goes_through();
    not_mine.tell(CLOSE);
    not_mine.broken("I1");
    let mut occupied = Story::begin(true);
    occupied.opens();
    occupied.goes_through();
    occupied.reads(OCCUPIED_UP, 160);
    occupied.reads(UP, 800);
    occupied.tell(CLOSE);
    occupied.broken("I1");
    let mut nobody = Story::begin(true);
    nobody.opens();
    nobody.reads(UP, 3000);
    nobody.tell(CLOSE);
    nobody.broken("I1");
    let mut unread = Story::begin(true);
    unread.opens();
    unread.goes_through();
    unread.now += 600;
    unread.tell(CLOSE);
    unread.broken("I1");
}

#[test]
fn a_body_under_a_closing_boom_stops_it() {
    for stops in [true, false] {
        let mut story = Story::begin(true);
        story.opens();
        story.goes_through();
        story.tell(CLOSE);
        story.see(|p| p.drive = Drive::Down);
        story.reads(BETWEEN, 240);
        story.reads(OCCUPIED_BETWEEN, 240);
        if stops {
            story.tell(DROP);
        }
        story.reads(OCCUPIED_BETWEEN, 800);
        assert_eq!(story.rules(), if stops { vec![] } else { vec!["I2"] }, "{:#?}", story.judge.objections());
    }
}

#[test]
fn limits_that_contradict_or_change_without_cause_stop_the_boom() {
    let mut both = Story::begin(false);
    both.reads(BOTH, 1000);
    both.broken("I9");
    let mut moved = Story::begin(false);
    moved.reads(BETWEEN, 1600);
    moved.broken("I13");
    let mut stopped = Story::begin(false);
    stopped.reads(BETWEEN, 640);
    stopped.tell(DROP);
    stopped.reads(BETWEEN, 1600);
    assert_eq!(stopped.rules(), Vec::<&str>::new());
}

#[test]
fn green_belongs_to_an_open_boom_and_a_living_agent() {
    let mut closed = Story::begin(false);
    closed.tell(GREEN);
    closed.broken("I10");
    let mut dead = Story::begin(false);
    dead.opens();
    dead.see(|p| p.green = true);
    dead.agent(Life::Killed);
    dead.now += 4000;
    dead.see(|p| p.body = true);
    dead.broken("I10");
}

#[test]
fn what_the_plant_says_must_not_be_is_objected_to() {
    let kinds = [
        (NoteKind::BoomOnBody, "I2"),
        (NoteKind::ClosingOnBody, "I2"),
        (NoteKind::OpenedWithoutVehicle, "I3"),
        (NoteKind::OpenAndClose, "I5"),
        (NoteKind::RelayHeld, "I5"),
    ];
    for (kind, rule) in kinds {
        let mut story = Story::begin(false);
        story.fact(Fact::Noted(Note { at_ms: 0, kind, text: String::new() }));
        story.broken(rule);
    }
}

#[test]
fn frames_of_the_simple_controller_are_read_in_pieces() {
    let mut reader = Reader::new(BarrierKind::SimpleRs485);
    let mut told = |bytes: &[u8]| {
        let asked = bytes.to_vec();
        reader.told(&Heard { at_ms: 0, port: "controller", asked, answered: None, fault: None, boom_deg: 0.0 })
    };
    assert_eq!(told(&[0xAA, 0x55, 1]), []);
    assert_eq!(told(&[1, 2, 0xAA, 0x55, 3, 1, 4]), [Meaning::Open, Meaning::Close]);
    assert!(matches!(told(&[0xAA, 0x55, 9, 1, 10])[..], [Meaning::Never(_)]));
}
