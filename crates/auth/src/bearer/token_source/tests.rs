use CredentialsError::{
    EmptyToken, InvalidToken, Malformed, Missing, Placeholder, SessionCookie, SeveralTokens,
};

use super::*;

#[derive(Default)]
struct Head {
    headers: Vec<(&'static str, Vec<u8>)>,
    query: String,
}

impl RequestHead for Head {
    fn header_values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers.iter().filter(move |(header, _)| *header == name).map(|(_, value)| &value[..])
    }

    fn query(&self) -> &str {
        &self.query
    }
}

fn head(headers: &[(&'static str, &str)], query: &str) -> Head {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes().to_vec())).collect();
    Head { headers, query: query.to_owned() }
}

fn cookie() -> TokenSource {
    TokenSource::Cookie("__Host-token".into())
}

fn query() -> TokenSource {
    TokenSource::Query("access_token".into())
}

fn protocol() -> TokenSource {
    TokenSource::WebSocketProtocol("bearer".into())
}

type Expected<'a> = Result<&'a str, CredentialsError>;

#[test]
fn a_cookie_is_found_by_its_exact_name() {
    let cases: &[(&[&str], Expected<'_>)] = &[
        (&[], Err(Missing)),
        (&[""], Err(Missing)),
        (&["token=a.b.c; __host-token=a.b.c; __Host-token2=a.b.c; x__Host-token=a"], Err(Missing)),
        (&["__Host-token=a.b.c"], Ok("a.b.c")),
        (&["a=b;__Host-token=a.b.c ;c"], Ok("a.b.c")),
        (&["a=b", "__Host-token=a.b.c"], Ok("a.b.c")),
        (&["__Host-token="], Err(EmptyToken)),
        (&["__Host-token"], Err(EmptyToken)),
        (&["__Host-token=undefined"], Err(Placeholder)),
        (&["__Host-token=\"a.b.c\""], Err(InvalidToken)),
        (&["__Host-token=a%2Eb%2Ec"], Err(InvalidToken)),
        (&["__Host-token=a.b.c d"], Err(InvalidToken)),
        (&["__Host-token=\u{e9}"], Err(InvalidToken)),
        (&["__Host-token=a.b.c; __Host-token=a.b.c"], Err(SeveralTokens)),
        (&["__Host-token=a.b.c", "__Host-token="], Err(SeveralTokens)),
    ];
    for (values, expected) in cases {
        let headers: Vec<_> = values.iter().map(|value| ("cookie", *value)).collect();
        assert_eq!(token_from(&[cookie()], &head(&headers, "")), *expected, "{values:?}");
    }
}

#[test]
fn a_session_cookie_in_the_cookie_is_named() {
    let session = format!("__Host-token=Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF.{}%3D", "a%2B".repeat(14));
    assert_eq!(token_from(&[cookie()], &head(&[("cookie", &session)], "")), Err(SessionCookie));
}

#[test]
fn a_query_parameter_is_found_by_its_decoded_name() {
    let cases: &[(&str, Expected<'_>)] = &[
        ("", Err(Missing)),
        ("a=b&Access_token=a.b.c&access_token2=a", Err(Missing)),
        ("access_token=a.b.c", Ok("a.b.c")),
        ("a=b&access_token=a.b.c&", Ok("a.b.c")),
        ("access%5ftoken=a.b.c", Ok("a.b.c")),
        ("access%5Ftoken=a.b.c&x=%", Ok("a.b.c")),
        ("access_token=a.b.c==", Ok("a.b.c==")),
        ("access+token=a&access_token%=a&access_token%2=a&%zz=a", Err(Missing)),
        ("access_token=", Err(EmptyToken)),
        ("access_token", Err(EmptyToken)),
        ("access_token=null", Err(Placeholder)),
        ("access_token=a%2Eb%2Ec", Err(InvalidToken)),
        ("access_token=%22a.b.c%22", Err(InvalidToken)),
        ("access_token=\"a.b.c\"", Err(InvalidToken)),
        ("access_token=a.b.c&access_token=a.b.c", Err(SeveralTokens)),
        ("access_token=a.b.c&access%5ftoken=d.e.f", Err(SeveralTokens)),
        ("access_token=&access_token=a.b.c", Err(SeveralTokens)),
    ];
    for (text, expected) in cases {
        assert_eq!(token_from(&[query()], &head(&[], text)), *expected, "{text:?}");
    }
}

#[test]
fn the_protocol_after_the_name_is_the_token() {
    let cases: &[(&[&str], Expected<'_>)] = &[
        (&[], Err(Missing)),
        (&["chat, superchat"], Err(Missing)),
        (&["Bearer, a.b.c"], Err(Missing)),
        (&["a.b.c"], Err(Missing)),
        (&["bearer, a.b.c"], Ok("a.b.c")),
        (&["chat,bearer,a.b.c,superchat"], Ok("a.b.c")),
        (&["bearer ,\t a.b.c "], Ok("a.b.c")),
        (&["bearer,, a.b.c"], Ok("a.b.c")),
        (&["bearer", "a.b.c"], Ok("a.b.c")),
        (&["bearer"], Err(EmptyToken)),
        (&["bearer,"], Err(EmptyToken)),
        (&["bearer, undefined"], Err(Placeholder)),
        (&["bearer, a%2Eb"], Err(InvalidToken)),
        (&["bearer a.b.c"], Err(Missing)),
        (&["bearer, a.b.c, bearer, d.e.f"], Err(SeveralTokens)),
        (&["bearer, a.b.c", "bearer, a.b.c"], Err(SeveralTokens)),
    ];
    for (values, expected) in cases {
        let headers: Vec<_> = values.iter().map(|value| ("sec-websocket-protocol", *value)).collect();
        assert_eq!(token_from(&[protocol()], &head(&headers, "")), *expected, "{values:?}");
    }
}

/// One request for each source, with a token in it, and with an invalid one.
fn heads() -> [(TokenSource, Head, Head); 4] {
    let of = |source, name, good, bad| (source, head(&[(name, good)], ""), head(&[(name, bad)], ""));
    [
        of(TokenSource::AuthorizationHeader, "authorization", "Bearer a.b.c", "Bearer"),
        of(cookie(), "cookie", "__Host-token=a.b.c", "__Host-token="),
        of(protocol(), "sec-websocket-protocol", "bearer, a.b.c", "bearer"),
        (query(), head(&[], "access_token=a.b.c"), head(&[], "access_token=")),
    ]
}

#[test]
fn a_source_that_is_not_named_is_ignored() {
    let every = heads().map(|(source, ..)| source);
    for (source, good, bad) in heads() {
        let others: Vec<_> = every.iter().filter(|other| **other != source).cloned().collect();
        for head in [&good, &bad] {
            assert_eq!(token_from(&others, head), Err(Missing), "{source:?}");
            assert_eq!(token_from(&[], head), Err(Missing), "{source:?}");
        }
        assert_eq!(token_from(&every, &good), Ok("a.b.c"), "{source:?}");
        assert_eq!(token_from(&every, &bad), Err(EmptyToken), "{source:?}");
    }
}

#[test]
fn tokens_in_two_sources_are_rejected_also_invalid_ones() {
    let every = heads().map(|(source, ..)| source);
    for (first, good, bad) in heads() {
        for (second, other, _) in heads().into_iter().filter(|(second, ..)| *second != first) {
            for head in [&good, &bad] {
                let headers = [head.headers.clone(), other.headers.clone()].concat();
                let both = Head { headers, query: format!("{}{}", head.query, other.query) };
                assert_eq!(token_from(&every, &both), Err(SeveralTokens), "{first:?} {second:?}");
            }
        }
    }
}

#[test]
fn a_malformed_header_is_not_replaced_by_another_source() {
    let sources = [query(), TokenSource::AuthorizationHeader];
    let malformed = [("authorization", "Bearer a, Basic b")];
    assert_eq!(token_from(&sources, &head(&malformed, "")), Err(Malformed));
    assert_eq!(token_from(&sources, &head(&malformed, "access_token=a")), Err(SeveralTokens));
    let basic = head(&[("authorization", "Basic dTpw")], "access_token=a");
    assert_eq!(token_from(&sources, &basic), Ok("a"));
}

#[test]
fn a_token_of_8_kib_is_found_whole() {
    let token = "a".repeat(8192);
    let headers = [("cookie", &*format!("__Host-token={token}"))];
    assert_eq!(token_from(&[cookie()], &head(&headers, "")), Ok(&*token));
    assert_eq!(token_from(&[query()], &head(&[], &format!("access_token={token}"))), Ok(&*token));
    let headers = [("sec-websocket-protocol", &*format!("bearer, {token}"))];
    assert_eq!(token_from(&[protocol()], &head(&headers, "")), Ok(&*token));
}

#[test]
fn an_empty_name_is_no_name() {
    let request = head(&[("cookie", "=b;;"), ("sec-websocket-protocol", ", a")], "=b&&");
    for source in [
        TokenSource::Cookie(String::new()),
        TokenSource::Query(String::new()),
        TokenSource::WebSocketProtocol(String::new()),
    ] {
        assert_eq!(token_from(&[source], &request), Err(Missing));
    }
}

#[cfg(all(feature = "actix", feature = "tower"))]
#[test]
fn requests_of_each_framework_have_the_same_head() {
    let cookies = ["a=b", "__Host-token=a.b.c"];
    let uri = "/events?access_token=d.e.f";
    let builder = http::Request::get(uri).header("cookie", cookies[0]).header("cookie", cookies[1]);
    let request = builder.body(()).unwrap();
    let actix = actix_web::test::TestRequest::with_uri(uri);
    let actix = cookies.iter().fold(actix, |actix, value| actix.append_header(("cookie", *value)));
    let actix = actix.to_http_request();
    for (source, expected) in [(cookie(), Ok("a.b.c")), (query(), Ok("d.e.f")), (protocol(), Err(Missing))] {
        let sources = [source];
        assert_eq!(token_from(&sources, &request), expected);
        assert_eq!(token_from(&sources, &actix), expected);
        assert_eq!(token_from(&sources, &request.clone().into_parts().0), expected);
    }
}
