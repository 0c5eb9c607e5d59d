use super::*;
use crate::support::{SECRET, SigningKey, claims, shared_secret, verdict};
use crate::{Keys, verify_jws};

fn parse(token: &str) -> Result<(), VerifyError> {
    CompactJws::parse(token).map(drop)
}

/// The verdict on a token under the shared secret whose header is this text.
fn verdict_on_header(header: &str) -> &'static str {
    verdict(&shared_secret(), &SigningKey::hs256(SECRET).token_with(header, &claims().to_string()))
}

#[test]
fn rejects_a_token_of_any_other_number_of_parts() {
    for token in
        ["", "null", "undefined", "e30", "e30.e30", "e30.e30.AA.AA", "e30.e30.AA.", "a.b.c.d.e", "...."]
    {
        assert_eq!(parse(token), Err(VerifyError::NotThreeParts), "{token}");
    }
    assert_eq!(parse(&".".repeat(8000)), Err(VerifyError::NotThreeParts));
}

#[test]
fn names_the_session_token_and_its_cookie() {
    let session = "Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF";
    let cookie = format!("{session}.{}=", "a+/".repeat(14) + "b");
    for token in [session, &cookie, &cookie.replace('+', "%2B")] {
        assert_eq!(parse(token), Err(VerifyError::SessionToken), "{token}");
    }
    for other in [&session[1..], "Y5125BvTgO7wvvqfs7E3CbVLBUcfE2M_", &format!("{session}.abc")] {
        assert_eq!(parse(other), Err(VerifyError::NotThreeParts), "{other}");
    }
}

#[test]
fn rejects_a_long_token_before_parsing_it() {
    let keys = Keys::from_secrets(&[SECRET.into()]).unwrap();
    let longest = VerifyError::TooLong { limit_bytes: 65_536 };
    assert_eq!(verify_jws(&"!".repeat(65_537), &keys), Err(longest));
    assert_eq!(verify_jws(&"!".repeat(65_536), &keys), Err(VerifyError::NotThreeParts));
    assert_eq!(verdict(&shared_secret(), &"!".repeat(8193)), "too_long");
    assert_eq!(verdict(&shared_secret(), &"!".repeat(8192)), "not_three_parts");
}

#[test]
fn rejects_base64_that_is_not_canonical() {
    let token = SigningKey::hs256(SECRET).token("k", &claims());
    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signing_input.split_once('.').unwrap();
    let last = signature.chars().last().unwrap();
    let twin = char::from_u32(u32::from(last) ^ 1).unwrap();
    for (token, reason) in [
        (format!("{token}="), "invalid_base64"),
        (format!("{header}=.{payload}.{signature}"), "invalid_base64"),
        (format!("{token} "), "invalid_base64"),
        (format!("{signing_input}.{}\n{}", &signature[..5], &signature[5..]), "invalid_base64"),
        (format!("{signing_input}.{}{twin}", &signature[..42]), "invalid_base64"),
        (format!("{signing_input}.+/{}", &signature[2..]), "invalid_base64"),
        (format!("{header}.!{payload}.{signature}"), "invalid_signature"),
        (format!("{header}..{signature}"), "invalid_signature"),
        (format!("{signing_input}."), "invalid_signature"),
        (format!(".{payload}.{signature}"), "invalid_json"),
        (format!("{payload}.{header}.{signature}"), "invalid_header"),
    ] {
        assert_eq!(verdict(&shared_secret(), &token), reason, "{token}");
    }
}

#[test]
fn rejects_a_payload_that_is_signed_and_not_base64() {
    let key = SigningKey::hs256(SECRET);
    let signing_input = format!("{}.!!!!", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signing_input.as_bytes()));
    assert_eq!(verdict(&shared_secret(), &format!("{signing_input}.{signature}")), "invalid_base64");
}

#[test]
fn accepts_the_headers_of_access_tokens() {
    for header in [
        r#"{"alg":"HS256"}"#,
        "{ \"alg\" : \"HS256\",\n\t\"typ\":\"JWT\" }",
        r#"{"alg":"HS256","typ":"jwt","kid":"any"}"#,
        r#"{"alg":"HS256","typ":"at+JWT"}"#,
        r#"{"alg":"HS256","typ":"application/at+jwt","unknown":{"a":[1]}}"#,
        r#"{"alg":"HS256","typ":"application/jwt"}"#,
        r#"{"alg":"HS256","typ":"Application/JWT"}"#,
    ] {
        assert_eq!(verdict_on_header(header), "accepted", "{header}");
    }
}

#[test]
fn rejects_parameters_that_change_the_payload() {
    for parameter in [r#""zip":"DEF""#, r#""enc":"A128GCM""#, r#""b64":false"#, r#""cty":"JWT""#] {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256",{parameter}}}"#)),
            "invalid_header",
            "{parameter}"
        );
    }
}

#[test]
fn rejects_tokens_of_another_type() {
    for typ in [
        "better-auth.session-cache+jwt",
        "application/better-auth.session-cache+jwt",
        "dpop+jwt",
        "logout+jwt",
        "JOSE+JSON",
        "",
        "JWT ",
        "/jwt",
        "text/jwt",
        "application/",
        "application/jwt;q=1",
        "application/application/jwt",
        "applicatioñ/jwt",
    ] {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#)),
            "unsupported_type",
            "{typ}"
        );
    }
    assert_eq!(verdict_on_header(r#"{"alg":"HS256","typ":5}"#), "invalid_header");
}

#[test]
fn rejects_a_kid_that_is_not_a_short_text() {
    let long = format!("\"{}\"", "k".repeat(129));
    for kid in ["1", "null", "{\"a\":1}", "[\"k\"]", "\"\"", "\"a\\u0000\"", "\"a\\r\\nX: 1\"", &long] {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256","kid":{kid}}}"#)),
            "invalid_header",
            "{kid}"
        );
    }
    assert_eq!(verdict_on_header(&format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(128))), "accepted");
}

#[test]
fn rejects_a_header_that_is_not_one_object() {
    let deep = format!(r#"{{"alg":"HS256","x":{}{}}}"#, "[".repeat(2000), "]".repeat(2000));
    for header in [
        r#"["HS256"]"#,
        "\u{feff}{\"alg\":\"HS256\"}",
        r#"{"alg":"HS256"}{}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"HS256"}"#,
        &deep,
    ] {
        assert_eq!(verdict_on_header(header), "invalid_json", "{header}");
    }
}
