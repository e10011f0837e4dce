use proptest::prelude::*;

use super::*;
use crate::plate::Country;
use crate::vehicle::Direction;

fn place(name: &str, channels: &[Channel], load: u32) -> PlaceNow {
    let place = Place { name: name.into(), direction: None, channels: channels.to_vec(), sign: name.to_uppercase() };
    PlaceNow { place, open: true, healthy: true, load }
}

fn lorry() -> Traveller {
    Traveller {
        direction: Direction::Entry,
        country: Some(Country::Cn),
        laden: Some(true),
        fresh: false,
        dangerous: false,
        inspection: false,
    }
}

fn yards() -> Vec<PlaceNow> {
    vec![
        place("yard-a", &[Channel::Ordinary], 5),
        place("yard-b", &[Channel::Ordinary, Channel::Empty], 2),
        place("fresh", &[Channel::Green], 9),
        place("check", &[Channel::Inspection], 0),
        place("danger", &[Channel::Dangerous], 0),
        place("danger-check", &[Channel::Dangerous, Channel::Inspection], 7),
    ]
}

fn to(traveller: &Traveller, places: &[PlaceNow]) -> Option<String> {
    advise(traveller, &RoutingRules::default(), places).ok().map(|a| a.to)
}

#[test]
fn each_vehicle_goes_to_its_channel() {
    let mut all = yards();
    assert_eq!(to(&lorry(), &all).as_deref(), Some("yard-b"), "the least loaded");
    assert_eq!(to(&Traveller { fresh: true, ..lorry() }, &all).as_deref(), Some("fresh"));
    assert_eq!(to(&Traveller { laden: Some(false), ..lorry() }, &all).as_deref(), Some("yard-b"));
    assert_eq!(to(&Traveller { dangerous: true, ..lorry() }, &all).as_deref(), Some("danger"));
    assert_eq!(to(&Traveller { inspection: true, ..lorry() }, &all).as_deref(), Some("check"));
    all.retain(|p| p.place.name != "check");
    assert_eq!(to(&Traveller { inspection: true, ..lorry() }, &all), None, "never among dangerous goods");
    let both = Traveller { inspection: true, dangerous: true, ..lorry() };
    assert_eq!(to(&both, &all).as_deref(), Some("danger-check"));
}

#[test]
fn a_closed_green_channel_leads_to_the_ordinary_one() {
    let mut all = yards();
    all[2].open = false;
    let advice = advise(&Traveller { fresh: true, ..lorry() }, &RoutingRules::default(), &all).unwrap();
    assert_eq!(advice.to, "yard-b");
    assert_eq!(advice.display, "VAO YARD-B");
    assert_eq!(advice.because, "luồng thường: hàng tươi đi trước; 2 xe ở đó");
}

#[test]
fn without_a_place_an_officer_directs_the_vehicle() {
    let none = advise(&lorry(), &RoutingRules::default(), &[]);
    assert!(none.unwrap_err().to_string().contains("luồng thường"));
    let mut all = yards();
    all.truncate(5);
    all[4].healthy = false;
    assert_eq!(to(&Traveller { dangerous: true, ..lorry() }, &all), None, "no dangerous goods among the others");
}

#[test]
fn rules_of_the_site_say_which_channel() {
    let rule = RouteRule {
        because: "xe Việt Nam về bãi A".into(),
        direction: Some(Direction::Exit),
        country: Some(Country::Vn),
        laden: None,
        fresh: None,
        channels: vec![Channel::Empty],
    };
    let rules = RoutingRules { rules: vec![rule], ..RoutingRules::default() };
    let vn = Traveller { direction: Direction::Exit, country: Some(Country::Vn), ..lorry() };
    assert_eq!(advise(&vn, &rules, &yards()).unwrap().to, "yard-b");
    let unknown = Traveller { country: None, ..vn };
    assert!(advise(&unknown, &rules, &yards()).unwrap().because.contains("không có quy tắc riêng"));
}

#[test]
fn everything_wrong_is_told_at_once() {
    let mut places: Vec<Place> = yards().into_iter().map(|p| p.place).collect();
    places[0].sign = "LÀN MỘT".into();
    places[1].channels.clear();
    places[2].name = "yard-a".into();
    places[4].channels.push(Channel::Ordinary);
    let nothing = RouteRule {
        because: " ".into(),
        direction: None,
        country: None,
        laden: None,
        fresh: None,
        channels: vec![Channel::Inspection],
    };
    let empty = RouteRule { because: "x".into(), channels: vec![], ..nothing.clone() };
    let rules = RoutingRules { version: 1, places, rules: vec![nothing, empty] };
    let said: Vec<String> = rules.problems().iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 7, "{said:#?}");
    assert_eq!(RoutingRules::default().problems(), []);
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![
        Just(Channel::Ordinary),
        Just(Channel::Green),
        Just(Channel::Empty),
        Just(Channel::Inspection),
        Just(Channel::Dangerous)
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Entry), Just(Direction::Exit)]
}

fn country() -> impl Strategy<Value = Country> {
    prop_oneof![Just(Country::Vn), Just(Country::Cn)]
}

prop_compose! {
    fn any_place()(n in 0u32..40, channels in prop::collection::vec(channel(), 0..3), open: bool, healthy: bool,
                   load in 0u32..9, direction in prop::option::of(direction()),
                   sign in "[A-Z0-9 ]{1,18}|LÀN [0-9]|") -> PlaceNow {
        PlaceNow { place: Place { name: format!("p{n}"), direction, channels, sign }, open, healthy, load }
    }
}

prop_compose! {
    fn any_rule()(direction in prop::option::of(direction()), country in prop::option::of(country()),
                  laden: Option<bool>, fresh: Option<bool>,
                  channels in prop::collection::vec(channel(), 0..4)) -> RouteRule {
        RouteRule { because: "vì thế".into(), direction, country, laden, fresh, channels }
    }
}

prop_compose! {
    fn any_traveller()(direction in direction(), country in prop::option::of(country()), laden: Option<bool>,
                       fresh: bool, dangerous: bool, inspection: bool) -> Traveller {
        Traveller { direction, country, laden, fresh, dangerous, inspection }
    }
}

proptest! {
    #[test]
    fn no_rule_can_send_a_vehicle_where_it_must_not_go(
        traveller in any_traveller(),
        rules in prop::collection::vec(any_rule(), 0..5),
        places in prop::collection::vec(any_place(), 0..8),
    ) {
        let rules = RoutingRules { version: 1, places: vec![], rules };
        let first = advise(&traveller, &rules, &places);
        let mut turned = places.clone();
        turned.reverse();
        prop_assert_eq!(&advise(&traveller, &rules, &places), &first, "the same question, the same answer");
        if let Ok(advice) = &first {
            let told: Vec<_> = places.iter().filter(|p| p.place.name == advice.to).collect();
            let good = |p: &&&PlaceNow| {
                let made_for = |c| p.place.channels.contains(&c);
                p.open
                    && p.healthy
                    && p.place.direction.is_none_or(|d| d == traveller.direction)
                    && traveller.dangerous == made_for(Channel::Dangerous)
                    && (!traveller.inspection || made_for(Channel::Inspection))
            };
            prop_assert!(told.iter().any(|p| good(&p)), "{:?} -> {:?}", traveller, told);
            prop_assert!(advice.display.is_ascii() && advice.display.len() <= 24, "{}", advice.display);
            prop_assert!(!advice.because.is_empty());
        }
        let unique = { let mut n: Vec<_> = places.iter().map(|p| &p.place.name).collect(); n.sort(); n.dedup(); n.len() == places.len() };
        if unique {
            prop_assert_eq!(advise(&traveller, &rules, &turned), first, "the order of the places does not matter");
        }
    }

    #[test]
    fn a_watchlist_hit_and_a_chance_inspection_are_one(traveller in any_traveller(), places in prop::collection::vec(any_place(), 0..8)) {
        let inspected = Traveller { inspection: true, ..traveller };
        if let Ok(advice) = advise(&inspected, &RoutingRules::default(), &places) {
            let neutral = ["theo dõi", "danh sách", "watch"];
            prop_assert!(neutral.iter().all(|w| !advice.because.contains(w) && !advice.display.contains(w)));
        }
    }
}
