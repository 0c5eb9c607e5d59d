//! `require`, `require_scope`, `require_role` and `Claims<T>`: a valid token that grants too little is a 403.

use serde_json::{Value, json};

use tasknook_auth::{AccessDenied, ChallengeOptions, Identity};

use crate::adapters::{Answer, ask, ask_frameworks, guards};
use crate::support::{claims, credentials_of, guard, hs256};

/// The `Authorization` header of a token with these claims besides the required ones.
fn granted(members: &Value) -> Vec<String> {
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    vec![format!("Bearer {}", hs256(&claims))]
}

#[track_caller]
fn assert_denied(answer: &Answer, code: &str, scope: Option<&str>) {
    assert_eq!(answer.status, 403, "{answer:?}");
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&problem["code"], &problem["title"]), (&json!(code), &json!("Forbidden")), "{answer:?}");
    let challenges = answer.values("www-authenticate");
    let [challenge] = challenges[..] else { panic!("{answer:?}") };
    assert!(challenge.starts_with("Bearer error=\"insufficient_scope\", error_description=\""), "{answer:?}");
    let end = scope.map_or_else(String::new, |scope| format!(", scope=\"{scope}\""));
    assert!(challenge.ends_with(&end) && challenge.contains("scope=\"") == scope.is_some(), "{answer:?}");
    assert_eq!(answer.values("cache-control"), ["no-store"], "{answer:?}");
    assert!(answer.values("retry-after").is_empty(), "{answer:?}");
}

/// Employees only, by a claim of this test.
fn employee(user: &Identity) -> Result<(), AccessDenied> {
    let is_employee = user.email().is_some_and(|email| email.ends_with("@example.com"));
    if is_employee { Ok(()) } else { Err(AccessDenied::Other { detail: "only employees have access" }) }
}

#[test]
fn a_guard_requires_scopes_roles_and_more() {
    let guards = guards!(
        guard(),
        .require_scope("tasks:read").require_scope("tasks:write").require_role("admin").require(employee)
    );
    let (read, both, prefix) = ("tasks:read", "tasks:write tasks:read", "tasks tasks:readers TASKS:READ");
    // All of them, so that a client can request them together (RFC 6750 §3).
    let required = "tasks:read tasks:write";
    let employee = "a@example.com";
    let cases = [
        (json!({}), "insufficient_scope", Some(required)),
        (
            json!({ "scope": prefix, "role": "admin", "email": employee }),
            "insufficient_scope",
            Some(required),
        ),
        (json!({ "scope": read, "role": "admin", "email": employee }), "insufficient_scope", Some(required)),
        (json!({ "scope": both, "email": employee }), "insufficient_role", None),
        (json!({ "scope": both, "role": "administrator", "email": employee }), "insufficient_role", None),
        (json!({ "scope": both, "role": "user,admin", "email": "a@example.org" }), "access_denied", None),
    ];
    for (members, code, scope) in cases {
        for answer in ask(&guards, "/user", &granted(&members)) {
            assert_denied(&answer, code, scope);
        }
    }
    let enough = granted(&json!({ "scope": both, "role": "user,admin", "email": employee }));
    for answer in ask(&guards, "/user", &enough) {
        assert_eq!((answer.status, &answer.body[..]), (200, "user-a"), "{answer:?}");
    }
}

#[test]
fn an_invalid_token_is_401_before_any_requirement() {
    let guards = guards!(guard(), .require_scope("tasks:read").require(|_| panic!("is not asked")));
    for authorization in [vec![], vec!["Bearer a.b".to_owned()]] {
        for answer in ask(&guards, "/user", &authorization) {
            assert_eq!(answer.status, 401, "{answer:?}");
        }
    }
}

#[test]
fn an_optional_guard_that_requires_a_role_requires_a_token() {
    let guards = guards!(guard(), .optional().require_role("admin"));
    for answer in ask(&guards, "/maybe", &[]) {
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    for answer in ask(&guards, "/maybe", &[credentials_of("user-a")]) {
        assert_denied(&answer, "insufficient_role", None);
    }
}

#[test]
fn a_handler_can_require_a_scope_itself() {
    let guards = guards!(guard());
    for answer in ask_frameworks(&guards, "/write", &granted(&json!({ "scope": "tasks:read" }))) {
        assert_denied(&answer, "insufficient_scope", Some("tasks:write"));
    }
    for answer in ask_frameworks(&guards, "/write", &granted(&json!({ "scope": "tasks:write" }))) {
        assert_eq!((answer.status, &answer.body[..]), (200, "written"), "{answer:?}");
    }
    let guards = guards!(guard(), .challenge(ChallengeOptions::new().realm("tasks").unwrap()));
    for answer in ask_frameworks(&guards, "/write", &[credentials_of("user-a")]) {
        let challenge = answer.values("www-authenticate").concat();
        assert!(
            challenge.starts_with("Bearer realm=\"tasks\", error=\"insufficient_scope\", "),
            "{answer:?}"
        );
    }
}

#[test]
fn claims_are_an_argument_and_their_absence_a_403() {
    let guards = guards!(guard());
    for answer in ask_frameworks(&guards, "/plan", &granted(&json!({ "plan": "pro" }))) {
        assert_eq!((answer.status, &answer.body[..]), (200, "pro"), "{answer:?}");
    }
    for members in [json!({}), json!({ "plan": 70_707 }), json!({ "plan": null })] {
        for answer in ask_frameworks(&guards, "/plan", &granted(&members)) {
            assert_denied(&answer, "unexpected_claims", None);
            assert!(!answer.body.contains("70707"), "{answer:?}");
        }
    }
    for answer in ask_frameworks(&guards!(guard(), .optional()), "/plan", &[]) {
        assert_eq!(answer.status, 401, "{answer:?}");
    }
}
