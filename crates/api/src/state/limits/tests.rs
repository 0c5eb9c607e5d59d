use super::*;

fn limits(set: impl FnOnce(&mut config::Limits)) -> Limits {
    let mut settings = config::Limits {
        max_body_bytes: 1,
        body_timeout_seconds: 1,
        max_token_bytes: 1,
        max_unsent_bytes: 1,
        tasks_per_owner: 0,
        requests_per_second: 0,
        burst: 1,
        concurrent_requests_per_owner: 0,
        address_requests_per_second: 0,
        address_burst: 1,
        failed_authentications_per_second: 0,
        failed_authentications_burst: 1,
        idempotency_hours: 1,
        idempotency_keys: 1,
    };
    set(&mut settings);
    // A bucket must not refill during a test.
    tokio::time::pause();
    Limits::new(&settings)
}

fn client(address: &str) -> Client {
    Client::at(address.parse().unwrap())
}

#[actix_web::test]
async fn owners_have_buckets_of_their_own() {
    let limits = limits(|limits| (limits.requests_per_second, limits.burst) = (1, 2));
    let [greedy, other] = ["greedy", "other"].map(Owner::for_test);
    let rates: Vec<_> = (0..2).map(|_| limits.admit(&greedy).unwrap().left().unwrap()).collect();
    assert_eq!(rates, [1, 0]);
    assert!(matches!(limits.admit(&greedy), Err(Exceeded::OwnerRate(_, 1))));
    assert!(limits.admit(&other).is_ok());
}

#[actix_web::test]
async fn requests_in_flight_are_limited_until_they_end() {
    let limits = limits(|limits| limits.concurrent_requests_per_owner = 2);
    let owner = Owner::for_test("owner");
    let [first, _second] = [limits.admit(&owner).unwrap(), limits.admit(&owner).unwrap()];
    for _ in 0..3 {
        assert!(matches!(limits.admit(&owner), Err(Exceeded::OwnerConcurrency(_))));
    }
    assert!(limits.admit(&Owner::for_test("other")).is_ok());
    drop(first);
    assert!(limits.admit(&owner).is_ok());
}

#[actix_web::test]
async fn zero_disables_every_limit() {
    let limits = limits(|_| ());
    let owner = Owner::for_test("owner");
    let admitted: Vec<_> = (0..1000).map(|_| limits.admit(&owner)).collect();
    assert!(admitted.iter().all(Result::is_ok));
    assert!(admitted.iter().flatten().all(|admission| admission.left().is_none()));
    for _ in 0..1000 {
        limits.count_failure(client("192.0.2.1"));
        assert_eq!(limits.admit_address(client("192.0.2.1")), Ok(()));
    }
    assert_eq!(limits.may_verify(client("192.0.2.1")), Ok(()));
}

#[test]
fn addresses_of_ipv6_are_networks_of_64_bits() {
    assert_eq!(client("2001:db8:0:1::1"), client("2001:db8:0:1:ffff::2"));
    assert_ne!(client("2001:db8:0:1::1"), client("2001:db8:0:2::1"));
    assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
    assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
}

#[actix_web::test]
async fn rejected_tokens_are_counted_by_address() {
    let limits = limits(|limits| {
        (limits.failed_authentications_per_second, limits.failed_authentications_burst) = (1, 2);
    });
    let (attacker, other) = (client("192.0.2.1"), client("192.0.2.2"));
    limits.count_failure(attacker);
    assert_eq!(limits.may_verify(attacker), Ok(()));
    limits.count_failure(attacker);
    assert!(matches!(limits.may_verify(attacker), Err(Exceeded::FailedAuthentication(_))));
    assert_eq!(limits.may_verify(other), Ok(()));
}
