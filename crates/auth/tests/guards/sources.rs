//! `token_source`: the places of a token, in the guard of each adapter.

use crate::adapters::{Guards, ask_with, guards};
use crate::support::{credentials_of, guard, rejections};
use tasknook_auth::TokenSource;

fn token() -> String {
    credentials_of("user-a").replace("Bearer ", "")
}

type Request = (String, Vec<(&'static str, String)>);

/// A request for the user, with `token` in each of the four places.
fn requests(token: &str) -> [(TokenSource, Request); 4] {
    let with = |name, value| ("/user".to_owned(), vec![(name, value)]);
    [
        (TokenSource::AuthorizationHeader, with("authorization", format!("Bearer {token}"))),
        (TokenSource::Cookie("token".into()), with("cookie", format!("a=b; token={token}"))),
        (
            TokenSource::WebSocketProtocol("bearer".into()),
            with("sec-websocket-protocol", format!("bearer, {token}")),
        ),
        (TokenSource::Query("t".into()), (format!("/user?t={token}"), vec![])),
    ]
}

#[track_caller]
fn assert_all(guards: &Guards, (path, headers): &Request, status: u16, part: &str) {
    let answers = ask_with(guards, path, headers);
    assert_eq!(answers.len(), 3);
    for answer in answers {
        assert!(answer.status == status && answer.body.contains(part), "{answer:?}");
    }
}

#[test]
fn a_token_is_accepted_in_the_named_places_only() {
    for (source, _) in requests("") {
        let guards = guards!(guard(), .token_source(source.clone()));
        for (place, request) in requests(&token()) {
            let expected = if place == source { (200, "user-a") } else { (401, "missing_credentials") };
            assert_all(&guards, &request, expected.0, expected.1);
        }
    }
}

#[test]
fn without_a_name_it_is_the_authorization_header() {
    for (place, request) in requests(&token()) {
        let is_header = place == TokenSource::AuthorizationHeader;
        let expected = if is_header { (200, "user-a") } else { (401, "missing_credentials") };
        assert_all(&guards!(guard()), &request, expected.0, expected.1);
    }
}

#[test]
fn several_sources_add_up_and_two_tokens_are_rejected() {
    let guards = guards!(guard(), .token_source(TokenSource::AuthorizationHeader).token_source(TokenSource::Query("t".into()))
        .token_source(TokenSource::Query("t".into())));
    let [(_, header), _, _, (_, query)] = requests(&token());
    assert_all(&guards, &header, 200, "user-a");
    assert_all(&guards, &query, 200, "user-a");
    assert_all(&guards, &(query.0, header.1), 400, "several_tokens");
}

#[test]
fn an_invalid_token_in_a_named_place_never_passes() {
    for (source, request) in requests("a.b") {
        let guards = guards!(guard(), .token_source(source.clone()).optional());
        assert_all(&guards, &request, 401, "not_three_parts");
    }
    let guards = guards!(guard(), .token_source(TokenSource::Query("t".into())).optional());
    assert_all(&guards, &("/maybe?t=".to_owned(), vec![]), 401, "empty_token");
    assert_all(&guards, &("/maybe?x=1".to_owned(), vec![]), 200, "anonymous");
}

#[test]
fn rejections_are_the_same_with_the_header_named() {
    for rejection in rejections() {
        let verifier = std::sync::Arc::clone(&rejection.verifier);
        let guards = guards!(verifier, .token_source(TokenSource::AuthorizationHeader));
        for answer in crate::adapters::ask(&guards, "/user", &rejection.authorization) {
            let values = |name: &str| answer.values(name).into_iter().map(str::to_owned).collect();
            rejection.assert_is(answer.status, values, answer.body.as_bytes());
        }
    }
}
