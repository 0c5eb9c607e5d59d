use super::*;
use crate::testing::{NOW, ScriptedSource, SetClock};

#[test]
fn past_a_number_of_waiting_requests_the_next_do_not_wait() {
    let source = ScriptedSource::down();
    source.hold(true);
    let refresher =
        Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), SetClock::at(NOW)).unwrap();
    let waiting: Vec<_> = (0..MAX_WAITING).map(|_| refresher.request_fetch()).collect();
    assert!(waiting.iter().all(Option::is_some));
    assert!(refresher.request_fetch().is_none() && refresher.first_fetch().is_none());
    source.hold(false);
    for request in waiting.into_iter().flatten() {
        assert!(pollster::block_on(request).is_ok());
    }
    assert_eq!(source.fetches(), 1);
}

#[test]
fn requests_that_wait_when_the_thread_ends_are_let_go() {
    let source = ScriptedSource::down();
    source.hold(true);
    let refresher =
        Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), SetClock::at(NOW)).unwrap();
    let request = refresher.request_fetch().unwrap();
    drop(refresher);
    source.hold(false);
    let _ = pollster::block_on(request);
}
