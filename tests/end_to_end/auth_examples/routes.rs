//! The examples with routes of different needs.

use tasknook_tests::{BetterAuth, ExampleService, Mode};

use super::{forged, variables};

#[test]
fn example_routes_are_for_the_roles_of_better_auth() {
    let better_auth = BetterAuth::start(Mode::Admins);
    let (user, admin) = (better_auth.sign_up("alice").token, better_auth.sign_up("admin").token);
    let forged = forged(&admin);
    for name in ["actix_routes", "axum_routes"] {
        let service = ExampleService::start(name, &variables(&better_auth));
        // Without a token, by a user, by an administrator, and with a forged token.
        for (path, statuses) in [
            ("/api/health", [200, 200, 200, 200]),
            ("/api/greeting", [200, 200, 200, 401]),
            ("/api/me", [401, 200, 200, 401]),
            ("/api/report", [401, 403, 403, 401]),
            ("/api/admin/users", [401, 403, 200, 401]),
        ] {
            for (token, status) in [None, Some(&user), Some(&admin), Some(&forged)].into_iter().zip(statuses)
            {
                let anyone = service.client().clone();
                let client = token.map_or(anyone, |token| service.client().with_token(token));
                let origin = better_auth.url();
                let response = client.request("GET", path).header("Origin", origin).send().expect(status);
                assert_eq!(
                    response.header("access-control-allow-origin"),
                    Some(origin),
                    "{name}: {response}"
                );
            }
        }
    }
}
