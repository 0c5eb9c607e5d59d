//! A full disk under the SQLite file.

use std::fs::{self, File};
use std::io::Write;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Disk, eventually, short_or_soak};

use crate::database::{Database, caller};

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn full_disk_rejects_writes_until_there_is_room() {
    let environment = Database::Sqlite.with_secret();
    let folder = environment.folder().join("disk");
    fs::create_dir(&folder).unwrap();
    let environment = environment.set("DATABASE_URL", "sqlite://disk/tasks.db");
    // More than the 16 MiB of WAL between two checkpoints.
    let disk = Disk::mount(&folder, 32 << 20);
    let service = disk.serve(&environment);
    let alice = caller(&environment, &service, "alice");
    let post = || alice.post("/api/tasks", &json!({"title": "x", "description": "y".repeat(900)}));
    let ready = || service.client().get("/readyz").status;
    let _ = post().expect(201);
    assert_eq!(ready(), 200);

    let mut stored = 1;
    let outages = short_or_soak(2, 50);
    for outage in 1..=outages {
        let filler = disk.path().join("filler");
        let mut file = File::create(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        let rejected = eventually(LIMIT, || {
            let response = post();
            stored += usize::from(response.status == 201);
            (response.status != 201).then_some(response)
        });
        let rejected = rejected.unwrap().expect(503);
        assert_eq!(rejected.json()["code"], "unavailable", "{rejected}");
        for _ in 0..3 {
            assert_eq!(ready(), 503);
            assert_eq!(
                alice.get("/api/tasks?limit=1000").expect(200).json().as_array().unwrap().len(),
                stored
            );
            let _ = post().expect(503);
        }
        drop(file);
        fs::remove_file(&filler).unwrap();
        assert!(eventually(LIMIT, || (ready() == 200).then_some(())).is_some(), "{}", service.log());
        let logged = eventually(LIMIT, || {
            // Each check writes to the WAL. Once SQLite begins it again, it has room on a full disk.
            thread::sleep(Duration::from_millis(100));
            assert_eq!(ready(), 200, "outage {outage}, {stored} stored\n{}", service.log());
            let events = service.log().text().matches("the database is available again").count();
            (events == outage).then_some(())
        });
        assert!(logged.is_some(), "{}", service.log());
        let _ = post().expect(201);
        stored += 1;
    }
    let log = service.log().clone();
    service.stop();
    assert_eq!(log.text().matches("the database is unavailable").count(), outages, "{log}");
    let doctor = disk.command(&environment, &["doctor"]).output().unwrap();
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    let service = disk.serve(&environment);
    let alice = caller(&environment, &service, "alice");
    assert_eq!(alice.get("/api/tasks?limit=1000").expect(200).json().as_array().unwrap().len(), stored);
}
