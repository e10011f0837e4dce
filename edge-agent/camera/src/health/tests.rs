use super::*;

const W: u32 = 320;
const H: u32 = 180;

/// A street of blocks and noise, shifted by `shift` pixels.
fn scene(shift: u32, brightness: u32) -> Picture {
    let pixels = (0..W * H).flat_map(|i| {
        let (x, y) = (i % W + shift, i / W);
        let block = if (x / 16 + y / 12) % 2 == 0 { 60 } else { 150 };
        let noise = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 27;
        let grey = u8::try_from(((block + noise) * brightness / 100).min(255)).unwrap();
        [grey; 3]
    });
    Picture::from_bgr(W, H, pixels.collect::<Vec<u8>>()).unwrap()
}

fn even(grey: u8) -> Picture {
    Picture::from_bgr(W, H, vec![grey; (W * H * 3) as usize]).unwrap()
}

/// What is known after `seconds` of pictures, two a second.
fn after(seconds: u64, health: &mut Health, from: Instant, picture: impl Fn(u32) -> Picture) -> Vec<FaultCode> {
    let mut codes = Vec::new();
    for i in 0..=seconds * 2 {
        let now = from + Duration::from_millis(500 * i);
        codes = health.see(&picture(u32::try_from(i).unwrap()), false, now).iter().map(|f| f.code).collect();
    }
    codes
}

fn judge() -> Health {
    Health::new(HealthLimits::default(), (Some(W), Some(H)), true, Aim::default())
}

#[test]
fn a_living_picture_is_well() {
    assert_eq!(after(20, &mut judge(), Instant::now(), |i| scene(i, 100)), []);
}

#[test]
fn each_fault_is_known_within_five_seconds_and_over_when_it_is_over() {
    type Case = (FaultCode, fn(u32) -> Picture);
    let cases: [Case; 5] = [
        (FaultCode::CameraFrozen, |_| scene(0, 100)),
        (FaultCode::CameraBlack, |i| even(u8::try_from(3 + i % 2).unwrap())),
        (FaultCode::CameraCovered, |i| even(u8::try_from(90 + i % 2).unwrap())),
        (FaultCode::CameraDark, |i| scene(i, 20)),
        (FaultCode::CameraGlare, |i| scene(i, 400)),
    ];
    for (code, picture) in cases {
        let (mut health, start) = (judge(), Instant::now());
        assert_eq!(after(1, &mut health, start, |i| scene(i, 100)), [], "{code:?} before it began");
        assert_eq!(after(1, &mut health, start + Duration::from_secs(2), picture), [], "{code:?} after one second");
        assert_eq!(after(4, &mut health, start + Duration::from_secs(4), picture), [code], "within 5 s");
        let over = after(3, &mut health, start + Duration::from_secs(9), |i| scene(i, 100));
        assert_eq!(over, [], "{code:?} after it was over");
    }
}

#[test]
fn one_good_picture_between_bad_ones_takes_no_fault_back() {
    let (mut health, start) = (judge(), Instant::now());
    let covered = |i: u32| even(u8::try_from(90 + i % 2).unwrap());
    assert_eq!(after(4, &mut health, start, covered), [FaultCode::CameraCovered]);
    let fault = health.see(&scene(0, 100), false, start + Duration::from_millis(4500))[0];
    assert_eq!((fault.code, fault.measure, fault.limit), (FaultCode::CameraCovered, 0.0, 6.0), "the last bad measure");
    assert_eq!(after(2, &mut health, start + Duration::from_secs(5), |i| scene(i, 100)), [], "over after one second");
}

#[test]
fn a_passing_lorry_is_no_cover() {
    let (mut health, start) = (judge(), Instant::now());
    after(2, &mut health, start, |i| scene(i, 100));
    // Its grey side fills the picture for two seconds.
    assert_eq!(after(2, &mut health, start + Duration::from_millis(2500), |i| even(90 + (i % 2) as u8)), []);
    assert_eq!(after(2, &mut health, start + Duration::from_secs(5), |i| scene(i, 100)), []);
}

#[test]
fn a_blurred_picture_is_told_from_a_sharp_one() {
    // A slow wave: contrast, but no edge.
    let wave = |i: u32| {
        let pixels = (0..W * H).flat_map(move |p| {
            let phase = f32::from(u16::try_from(p % W + i).unwrap()) / 40.0;
            [(phase.sin() * 60.0 + 120.0) as u8; 3]
        });
        Picture::from_bgr(W, H, pixels.collect::<Vec<u8>>()).unwrap()
    };
    assert_eq!(after(5, &mut judge(), Instant::now(), wave), [FaultCode::CameraBlurred]);
}

#[test]
fn another_size_is_told_with_measure_and_limit() {
    let mut health = Health::new(HealthLimits::default(), (Some(1920), Some(1080)), true, Aim::default());
    let start = Instant::now();
    after(5, &mut health, start, |i| scene(i, 100));
    let fault = health.see(&scene(9, 100), false, start + Duration::from_secs(6))[0];
    assert_eq!((fault.code, fault.measure, fault.limit), (FaultCode::CameraWrongSize, 320.0, 1920.0));
    assert_eq!(fault.to_string(), "camera_wrong_size: 320.00, limit 1920.00");
}

#[test]
fn the_pictures_of_a_folder_may_stand_still() {
    let mut health = Health::new(HealthLimits::default(), (None, None), false, Aim::default());
    assert_eq!(after(10, &mut health, Instant::now(), |_| scene(0, 100)), []);
}

/// A yard of boxes, from `pan` pixels beside and above; its noise is of picture `n`.
fn yard(pan: u32, n: u32) -> Picture {
    let pixels = (0..W * H).flat_map(|i| {
        let (x, y) = ((i % W + pan) / 23, (i / W + pan) / 19);
        let of_box = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(974_711)).rotate_right(11);
        let noise = (i ^ n).wrapping_mul(2_246_822_519) >> 29;
        [u8::try_from(30 + of_box.wrapping_mul(2_654_435_761) % 180 + noise).unwrap(); 3]
    });
    Picture::from_bgr(W, H, pixels.collect::<Vec<u8>>()).unwrap()
}

fn aimed() -> Health {
    let mut aim = Aim::default();
    aim.add(&yard(0, 0)).unwrap();
    Health::new(HealthLimits::default(), (Some(W), Some(H)), true, aim)
}

#[test]
fn a_turned_camera_is_known_within_five_seconds_and_turned_back_it_is_well() {
    let (mut health, start) = (aimed(), Instant::now());
    assert_eq!(after(10, &mut health, start, |i| yard(0, i)), []);
    assert_eq!(after(2, &mut health, start + Duration::from_secs(11), |i| yard(103, i)), [], "a lorry drives by");
    let turned = after(5, &mut health, start + Duration::from_millis(13_500), |i| yard(103, i));
    assert_eq!(turned, [FaultCode::CameraTurned]);
    assert_eq!(after(3, &mut health, start + Duration::from_secs(20), |i| yard(0, i)), []);
}

#[test]
fn what_hides_behind_a_watched_vehicle_is_given_a_minute() {
    let (mut health, start) = (aimed(), Instant::now());
    let at = |ms: u64| start + Duration::from_millis(ms);
    for i in 0..119 {
        assert_eq!(health.see(&yard(103, i), true, at(u64::from(i) * 500)), [], "{i}");
    }
    let faults = (119..124).map(|i| health.see(&yard(103, i), true, at(u64::from(i) * 500)).len()).collect::<Vec<_>>();
    assert_eq!(faults.last(), Some(&1), "{faults:?}");
}
