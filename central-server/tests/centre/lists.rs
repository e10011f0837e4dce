//! Lists come in whole or not at all, from a file or from an officer.

use central_server::sql;
use serde_json::json;

use crate::house::{House, engines};
use crate::person::Person;

const HEAD: &str = "declaration,direction,plate,country,class,laden,from,until";

#[tokio::test]
async fn an_import_names_every_wrong_line_and_a_dry_run_changes_nothing() {
    for engine in engines("an_import_names_every_wrong_line_and_a_dry_run_changes_nothing") {
        let house = House::made(engine).await;
        let file = house.dir.path().join("expected.csv");
        let path = file.to_string_lossy().into_owned();
        std::fs::write(
            &file,
            format!(
                "{HEAD}\n1,entry,G12345,cn,lorry,yes,2026-11-25 07:00,2026-11-25 19:00\n\
                 2,sideways,G1,cn,lorry,yes,2026-11-25 07:00,2026-11-25 19:00\n\
                 3,entry,G12346,cn,lorry,perhaps,2026-11-25 07:00,2026-11-25 19:00\n\
                 4,entry,G12347,cn,lorry,no,2026-11-25 19:00,2026-11-25 07:00\n"
            ),
        )
        .unwrap();
        let output = house.run(&["import", "expected", &path]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        for part in [
            "line 3: unknown variant `sideways`, expected `entry` or `exit`",
            "line 4: \"perhaps\" is neither yes nor no",
            "line 5: until is not after from",
        ] {
            assert!(said.contains(part), "{}: {part:?} in:\n{said}", house.engine);
        }
        let store = house.store().await;
        let rows = async || store.rows(sql!("SELECT plate FROM expected_vehicles")).await.unwrap().len();
        assert_eq!(rows().await, 0, "all or nothing");
        std::fs::write(&file, format!("{HEAD}\n1,entry,G12345,cn,lorry,yes,2026-11-25 07:00,2026-11-25 19:00\n"))
            .unwrap();
        assert!(house.cli(&["import", "expected", &path, "--dry-run"]).contains("nothing was changed"));
        assert_eq!(rows().await, 0);
        assert_eq!(house.cli(&["import", "expected", &path]), "1 rows imported");
        assert_eq!(rows().await, 1, "{}", house.engine);
        let tagged = |tag: &str| {
            let line = "1,entry,G12345,cn,lorry,yes,2026-11-25 07:00,2026-11-25 19:00";
            std::fs::write(&file, format!("{HEAD},tag\n{line},{tag}\n")).unwrap();
            house.run(&["import", "expected", &path])
        };
        for wrong in ["E28011", "not hexadecimal", &"A".repeat(65)] {
            let said = String::from_utf8(tagged(wrong).stderr).unwrap();
            assert!(said.contains("is none: 8 to 64 hexadecimal digits"), "{said}");
        }
        assert!(tagged("e280 1160 6000 0204").status.success());
        let row = store.row(sql!("SELECT tag FROM expected_vehicles")).await.unwrap().unwrap();
        assert_eq!(row.text("tag").unwrap(), "E280116060000204", "{}", house.engine);
        assert!(tagged("").status.success());
        let row = store.row(sql!("SELECT tag FROM expected_vehicles")).await.unwrap().unwrap();
        assert_eq!(row.get::<Option<String>>("tag").unwrap(), None, "a tag that was taken off");
    }
}

#[tokio::test]
async fn officers_declare_and_confirm_by_their_roles() {
    for engine in engines("officers_declare_and_confirm_by_their_roles") {
        let house = House::start(engine).await;
        let (lan, minh) =
            (Person::new(&house, "lan", "officer").await, Person::new(&house, "minh", "shift_leader").await);
        let expected = json!([{"declaration": "2026112500001", "direction": "entry", "plate": "G12345", "country": "cn",
            "class": "lorry", "laden": true, "from": "2026-11-25T00:00:00Z", "until": "2026-11-26T00:00:00Z"}]);
        assert_eq!(lan.post("/console/api/expected", expected.clone()).await.0, 403);
        let dry = minh.post("/console/api/expected?dry_run=1", expected.clone()).await;
        assert_eq!(dry, (200, json!({"rows": 1, "kept": false})));
        assert_eq!(minh.post("/console/api/expected", expected).await, (200, json!({"rows": 1, "kept": true})));
        let confirmation = |plate: &str| {
            json!([{"declaration": "2026112500001", "plate": plate, "kind": "border_guard_in",
                "at": "2026-11-25T01:00:00Z", "by": "Trạm BP Kim Thành"}])
        };
        let (status, said) = lan.post("/console/api/confirmations", confirmation("G54321")).await;
        assert_eq!((status, &said["type"]), (400, &json!("lines")), "{said}");
        assert!(said["message"].as_str().unwrap().contains("item 1: no vehicle \"G54321\""), "{said}");
        assert_eq!(lan.post("/console/api/confirmations", confirmation("G12345")).await.0, 200);
        let store = house.store().await;
        let row = store.row(sql!("SELECT source FROM confirmations")).await.unwrap().unwrap();
        assert_eq!(row.text("source").unwrap(), "console:lan", "{}", house.engine);
        let acts = store.rows(sql!("SELECT officer FROM acts WHERE act = 'import' ORDER BY at")).await.unwrap();
        let who: Vec<String> = acts.iter().map(|r| r.text("officer").unwrap()).collect();
        assert_eq!(who, ["minh", "lan"]);
    }
}
