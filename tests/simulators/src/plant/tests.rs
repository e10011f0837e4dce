use super::*;

fn lane() -> LanePlant {
    LanePlant::new(BoomTimes::default(), None)
}

fn run(plant: &mut LanePlant, seconds: u64) {
    let until = plant.now_ms() + seconds * 1000;
    plant.advance_to(until);
}

#[test]
fn a_lorry_waits_for_the_boom_and_drives_through() {
    let mut plant = lane();
    plant.arrive(VehicleKind::Lorry, 10.0, Manner::Waits);
    run(&mut plant, 20);
    assert!(plant.contact(Sensor::ApproachLoop) && !plant.contact(Sensor::BoomLoop));
    assert!(plant.vehicles()[0].waits_at_line());
    assert!(plant.contact(Sensor::ClosedLimit) && !plant.contact(Sensor::OpenLimit));
    plant.drive(Drive::Up);
    run(&mut plant, 5);
    assert!(plant.contact(Sensor::OpenLimit) && plant.contact(Sensor::BoomLoop) && plant.contact(Sensor::Photocell));
    run(&mut plant, 20);
    assert!(plant.vehicles().is_empty());
    assert_eq!(plant.journal.count(NoteKind::Passed), 1);
    assert_eq!(plant.journal.count(NoteKind::OpenedWithoutVehicle), 0);
    assert_eq!(plant.journal.count(NoteKind::ClosingOnBody), 0);
}

#[test]
fn from_the_other_end_the_loops_come_in_the_other_order_and_its_own_light_counts() {
    let mut plant = lane();
    assert!(plant.turn(true));
    plant.arrive(VehicleKind::Lorry, 10.0, Manner::Waits);
    assert!(!plant.turn(false), "not while a vehicle is in the lane");
    run(&mut plant, 20);
    assert!(plant.contact(Sensor::ExitLoop) && !plant.contact(Sensor::ApproachLoop));
    plant.set_green(false, true);
    assert!(!plant.green() && plant.green_behind());
    plant.set_green(true, true);
    assert!(plant.green());
    plant.drive(Drive::Up);
    run(&mut plant, 8);
    assert!(plant.contact(Sensor::ApproachLoop) && !plant.contact(Sensor::ExitLoop));
    run(&mut plant, 20);
    assert_eq!(plant.journal.count(NoteKind::Passed), 1);
    assert_eq!(plant.journal.count(NoteKind::OpenedWithoutVehicle), 0);
}

#[test]
fn travel_takes_its_time_and_stop_holds_the_boom() {
    let mut plant = lane();
    plant.arrive(VehicleKind::Car, 4.5, Manner::Waits);
    run(&mut plant, 20);
    plant.drive(Drive::Up);
    plant.advance_to(plant.now_ms() + 2450);
    assert!(!plant.contact(Sensor::OpenLimit) && !plant.contact(Sensor::ClosedLimit));
    plant.set_stop_chain(false);
    let angle = plant.boom().angle_deg();
    run(&mut plant, 5);
    plant.drive(Drive::Up);
    run(&mut plant, 5);
    assert_eq!(plant.boom().angle_deg().to_bits(), angle.to_bits(), "a dropped chain moves nothing");
    plant.set_stop_chain(true);
    run(&mut plant, 5);
    assert_eq!(plant.boom().angle_deg().to_bits(), angle.to_bits(), "closing the chain moves nothing");
    plant.drive(Drive::Up);
    run(&mut plant, 1);
    assert!(plant.contact(Sensor::OpenLimit));
}

#[test]
fn the_gap_before_a_trailer_is_free_to_the_sensors_but_not_to_the_boom() {
    let mut plant = lane();
    plant.arrive(VehicleKind::Trailer, 18.0, Manner::Waits);
    run(&mut plant, 20);
    plant.drive(Drive::Up);
    let mut gap_seen = false;
    for _ in 0..6000 {
        plant.advance_to(plant.now_ms() + 5);
        if plant.body_in_sweep() && !plant.contact(Sensor::Photocell) && plant.vehicles()[0].front_m > 5.0 {
            gap_seen = true;
        }
    }
    assert!(gap_seen);
}

#[test]
fn a_boom_that_comes_down_on_a_lorry_is_noted() {
    let mut plant = lane();
    plant.arrive(VehicleKind::Lorry, 10.0, Manner::StopsUnderBoom);
    run(&mut plant, 20);
    plant.drive(Drive::Up);
    run(&mut plant, 10);
    assert!(plant.body_in_sweep());
    plant.drive(Drive::Down);
    run(&mut plant, 4);
    assert_eq!(plant.journal.count(NoteKind::ClosingOnBody), 1);
    assert_eq!(plant.journal.count(NoteKind::BoomOnBody), 1);
}

#[test]
fn opening_for_nobody_is_noted() {
    let mut plant = lane();
    plant.drive(Drive::Up);
    assert_eq!(plant.journal.count(NoteKind::OpenedWithoutVehicle), 1);
}

#[test]
fn a_vehicle_that_turns_back_leaves_the_loop() {
    let mut plant = lane();
    let id = plant.arrive(VehicleKind::Car, 4.5, Manner::Waits).unwrap();
    run(&mut plant, 20);
    assert!(plant.set_manner(id, Manner::TurnsBack));
    run(&mut plant, 20);
    assert!(plant.vehicles().is_empty() && !plant.contact(Sensor::ApproachLoop));
    assert_eq!(plant.journal.count(NoteKind::TurnedBack), 1);
    assert_eq!(plant.journal.count(NoteKind::Passed), 0);
}

#[test]
fn the_second_vehicle_waits_its_turn_unless_it_tailgates() {
    for (manner, passed) in [(Manner::Waits, 1), (Manner::Tailgates, 2)] {
        let mut plant = LanePlant::new(BoomTimes::default(), Some(1500));
        plant.arrive(VehicleKind::Car, 4.5, Manner::Waits);
        plant.arrive(VehicleKind::Car, 4.5, manner);
        run(&mut plant, 25);
        plant.drive(Drive::Up);
        run(&mut plant, 30);
        assert_eq!(plant.journal.count(NoteKind::Passed), passed, "{manner:?}");
        assert_eq!(plant.journal.count(NoteKind::Tailgated), passed - 1, "{manner:?}");
        assert_eq!(plant.journal.count(NoteKind::BoomOnBody), 0);
    }
}

#[test]
fn faulty_contacts_lie() {
    let mut plant = lane();
    plant.set_sensor_fault(Sensor::Photocell, Some(SensorFault::StuckActive));
    assert!(plant.contact(Sensor::Photocell) && !plant.truth(Sensor::Photocell));
    plant.set_sensor_fault(Sensor::Photocell, Some(SensorFault::Bouncing));
    let mut seen = [false; 2];
    for _ in 0..100 {
        plant.advance_to(plant.now_ms() + 5);
        seen[usize::from(plant.contact(Sensor::Photocell))] = true;
    }
    assert_eq!(seen, [true; 2]);
    plant.set_sensor_fault(Sensor::Photocell, None);
    assert!(!plant.contact(Sensor::Photocell));
}
