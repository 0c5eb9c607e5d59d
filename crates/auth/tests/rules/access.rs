//! Scopes and roles: which claims grant them, that claims of another form grant nothing, and how they compare.

use serde_json::{Value, json};

use crate::support::{NOW, SECRET, claims, hs256, rules, shared_secret, shared_secret_by, verify};
use tasknook_auth::{AccessDenied, ClaimRules, ConfigError, Identity, SharedSecretVerifier};

fn with(members: &Value) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    claims
}

/// The identity of a token that has these claims besides the required ones.
fn identity(members: &Value) -> Identity {
    verify(&shared_secret(), &hs256(&with(members))).unwrap()
}

/// The roles of such a token by a claim at this path.
fn roles_at(path: &[&str], members: &Value) -> Vec<String> {
    let verifier = shared_secret_by(rules().roles_claim(path.iter().copied()), NOW);
    verify(&verifier, &hs256(&with(members))).unwrap().roles().to_vec()
}

#[test]
fn scopes_are_the_words_of_scope() {
    assert_eq!(
        identity(&json!({ "scope": "tasks:read tasks:write" })).scopes(),
        ["tasks:read", "tasks:write"]
    );
    assert_eq!(identity(&json!({ "scope": " tasks  admin " })).scopes(), ["tasks", "admin"]);
    assert_eq!(identity(&json!({ "scope": "tasks\tadmin" })).scopes(), ["tasks\tadmin"]);
}

#[test]
fn scopes_are_in_scp_when_there_is_no_scope() {
    assert_eq!(
        identity(&json!({ "scp": ["tasks:read", "tasks:write"] })).scopes(),
        ["tasks:read", "tasks:write"]
    );
    assert_eq!(identity(&json!({ "scp": "tasks:read admin" })).scopes(), ["tasks:read", "admin"]);
    assert_eq!(identity(&json!({ "scope": "tasks", "scp": ["admin"] })).scopes(), ["tasks"]);
    for scope in [json!(""), json!(null), json!(["tasks"]), json!({ "tasks": true })] {
        assert!(identity(&json!({ "scope": scope, "scp": ["admin"] })).scopes().is_empty(), "{scope}");
    }
}

#[test]
fn an_entry_of_a_list_is_one_scope_or_role() {
    let identity = identity(&json!({ "scp": ["tasks admin", ""], "role": ["user,admin", ""] }));
    assert_eq!(
        (identity.scopes(), identity.roles()),
        (&["tasks admin".into()][..], &["user,admin".into()][..])
    );
    assert!(!identity.has_scope("admin") && !identity.has_role("admin"));
}

#[test]
fn claims_of_another_form_grant_nothing() {
    for value in [json!(1), json!(true), json!(null), json!({}), json!(["admin", 1]), json!([["admin"]])] {
        let identity = identity(&json!({ "scp": value, "role": value }));
        assert!(identity.scopes().is_empty() && identity.roles().is_empty(), "{value}");
    }
}

#[test]
fn roles_are_in_role_as_better_auth_writes_them() {
    assert_eq!(identity(&json!({ "role": "user,admin" })).roles(), ["user", "admin"]);
    assert_eq!(identity(&json!({ "role": "admin" })).roles(), ["admin"]);
    // Better Auth does not trim either: " admin" is not its role "admin".
    assert_eq!(identity(&json!({ "role": "user, admin,," })).roles(), ["user", " admin"]);
    assert!(identity(&json!({ "roles": ["admin"], "groups": ["admin"] })).roles().is_empty());
}

#[test]
fn roles_are_in_the_configured_claim_and_nowhere_else() {
    let members = json!({
        "role": "admin",
        "https://example.test/roles": ["editor"],
        "realm_access": { "roles": ["viewer"], "more": { "roles": "a,b" } },
        "realm_access.roles": ["dotted"],
    });
    let cases: [(&[&str], &[&str]); 9] = [
        (&["role"], &["admin"]),
        (&["https://example.test/roles"], &["editor"]),
        (&["realm_access", "roles"], &["viewer"]),
        (&["realm_access", "more", "roles"], &["a", "b"]),
        (&["realm_access.roles"], &["dotted"]),
        (&["realm_access"], &[]),
        (&["realm_access", "roles", "0"], &[]),
        (&["roles"], &[]),
        (&[], &[]),
    ];
    for (path, roles) in cases {
        assert_eq!(roles_at(path, &members), roles, "{path:?}");
    }
}

#[test]
fn a_repeated_name_on_the_path_grants_nothing() {
    let payload = with(&json!({})).to_string().replacen('{', r#"{"a":{"r":["user"],"r":["admin"]},"#, 1);
    let token = crate::support::SigningKey::hs256(SECRET).token_with(r#"{"alg":"HS256"}"#, &payload);
    let verifier = shared_secret_by(rules().roles_claim(["a", "r"]), NOW);
    assert!(verify(&verifier, &token).unwrap().roles().is_empty());
}

#[test]
fn scopes_and_roles_compare_byte_by_byte() {
    let identity = identity(&json!({ "scope": "tasks:read Admin", "role": "Admin" }));
    assert!(identity.has_scope("tasks:read") && identity.has_role("Admin"));
    for other in ["tasks", "tasks:rea", "tasks:read ", "TASKS:READ", "admin", "", "tasks:read Admin"] {
        assert!(!identity.has_scope(other) && !identity.has_role(other), "{other:?}");
    }
}

#[test]
fn a_missing_scope_or_role_is_insufficient_scope() {
    let identity = identity(&json!({ "scope": "tasks:read", "role": "user" }));
    assert_eq!((identity.require_scope("tasks:read"), identity.require_role("user")), (Ok(()), Ok(())));
    let (scope, role) =
        (identity.require_scope("tasks:write").unwrap_err(), identity.require_role("admin").unwrap_err());
    assert_eq!(scope, AccessDenied::Scope { scope: "tasks:write".into(), required: "tasks:write".into() });
    assert_eq!(role, AccessDenied::Role { role: "admin".into() });
    assert_eq!(
        (scope.status(), scope.error_code(), scope.reason()),
        (403, "insufficient_scope", "insufficient_scope")
    );
    assert_eq!(
        (role.status(), role.error_code(), role.reason()),
        (403, "insufficient_scope", "insufficient_role")
    );
    assert_eq!((scope.scope(), role.scope()), (Some("tasks:write"), None));
    assert_eq!(scope.to_string(), "the token does not have the scope \"tasks:write\"");
    assert_eq!(role.to_string(), "the user does not have the role \"admin\"");
}

#[test]
fn rejects_an_empty_name_in_the_roles_claim() {
    let rules = ClaimRules::new().roles_claim(["realm_access", ""]);
    let error = SharedSecretVerifier::new(vec![SECRET.into()], rules).err();
    assert!(matches!(error, Some(ConfigError::OutOfRange { setting: "roles_claim", .. })), "{error:?}");
}
