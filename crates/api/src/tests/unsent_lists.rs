use std::sync::Arc;
use std::time::Duration;

use domain::Owner;
use futures_util::future::join;
use tokio::time::Instant;

use super::conditional_lists::watched::Watched;
use super::{app_over, call, settings, state};

const MAX_UNSENT: usize = 100_000;

/// Of the test's clock.
const PAUSE: Duration = Duration::from_millis(100);

#[actix_web::test]
async fn long_lists_are_read_when_they_have_room() {
    let settings = settings(&[
        ("limits.max_unsent_bytes", &MAX_UNSENT.to_string()),
        ("limits.requests_per_second", "0"),
    ]);
    let watched = Arc::new(Watched::default());
    let state = state(Arc::clone(&watched) as _, &settings);
    let lists = Arc::clone(&state.unsent_lists);
    let app = app_over(state, &settings).await;
    let task = format!(r#"{{"title":"a","description":"{}"}}"#, "long".repeat(250));
    for _ in 0..60 {
        let _ = app.create("alice", &task).await;
    }
    // The clock advances when everything waits.
    tokio::time::pause();
    for path in ["/api/tasks?limit=100", "/api/tasks/changes?limit=100"] {
        let read = async || app.send(call("GET", path).by("alice")).await;
        assert_eq!(read().await.status, 200);
        let held = ["bob", "carol"].map(|other| lists.take(&Owner::for_test(other), MAX_UNSENT).unwrap());
        let _ = watched.take_calls();
        let rejected = read().await;
        assert_eq!((rejected.status.as_u16(), rejected.code()), (503, "overloaded".into()), "{path}");
        assert_eq!(watched.take_calls(), (0, 0), "{path} is read in vain");
        // It could be short now.
        assert_eq!((read().await.status.as_u16(), watched.take_calls()), (503, (0, 1)), "{path}");
        let begun = Instant::now();
        let sent = async {
            tokio::time::sleep(PAUSE).await;
            drop(held);
        };
        let (served, ()) = join(read(), sent).await;
        assert_eq!((served.status.as_u16(), watched.take_calls()), (200, (0, 1)), "{path}");
        assert!(begun.elapsed() >= PAUSE, "{path}");
    }
}
