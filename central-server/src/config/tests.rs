use super::*;

fn with(text: &str) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), text).unwrap();
    load(dir.path()).map_err(|e| e.to_string())
}

#[test]
fn what_init_writes_is_read_back_as_it_was_meant() {
    let mut config = Config { site: SiteId::new("lao-cai").unwrap(), ..Config::default() };
    config.names = vec!["localhost".into(), "gate.example".into()];
    config.broker.address = "gate.example:9001".into();
    config.plain_listen = Some("127.0.0.1:9000".parse().unwrap());
    let read = with(&template(&Choices { config: config.clone() })).unwrap();
    config.data = read.data.clone();
    assert_eq!(format!("{read:?}"), format!("{config:?}"));
}

#[test]
fn all_problems_come_at_once_with_their_lines() {
    let text = "site = \"Kim Thanh\"\nlisten = \"nowhere\"\ncolour = 1\nplain_listen = \"0.0.0.0:80\"\n\
                [broker]\nadress = \"x:1\"\naddress = \"elsewhere:8883\"\n[decision]\ngrant_life_s = 900\n";
    let said = with(text).unwrap_err();
    for (line, key) in [
        (1, "site"),
        (2, "listen"),
        (3, "colour"),
        (4, "plain_listen"),
        (6, "broker.adress"),
        (7, "broker.address"),
        (9, "decision.grant_life_s"),
    ] {
        assert!(said.contains(&format!("{FILE}:{line}: {key}: ")), "{key} not named at line {line} in:\n{said}");
    }
    assert!(said.contains("\"Kim Thanh\""), "the value is shown: {said}");
}

#[test]
fn production_says_what_is_missing() {
    let said =
        with("profile = \"production\"\nplain_listen = \"127.0.0.1:80\"\n[broker]\nkind = \"outside\"\n").unwrap_err();
    for key in ["plain_listen", "names", "broker.acl_in_place", "database"] {
        assert!(said.contains(&format!("{key}: profile \"production\"")), "{key} in:\n{said}");
    }
    with("profile = \"production\"\nnames = [\"gate.example\"]\nsqlite_in_production = true\n[broker]\naddress = \"gate.example:8883\"\n").unwrap();
}

#[test]
fn a_missing_file_names_the_remedy_and_bad_syntax_its_line() {
    let dir = tempfile::tempdir().unwrap();
    assert!(load(dir.path()).unwrap_err().to_string().contains("init"));
    assert!(with("site = \n").unwrap_err().contains("line 1"));
}
