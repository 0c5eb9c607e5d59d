use super::*;
use crate::testing::{NOW, SECRET, SigningKey, claims, shared_secret, verdict};

fn parse(token: &str) -> Result<(), VerifyError> {
    CompactJws::parse(token, 8192).map(drop)
}

/// The verdict on a token under the shared secret whose header is this text.
fn verdict_on_header(header: &str) -> &'static str {
    verdict(&shared_secret(), &SigningKey::hs256(SECRET).token_with(header, &claims().to_string()))
}

#[test]
fn refuses_a_token_of_any_other_number_of_parts() {
    for token in
        ["", "null", "undefined", "e30", "e30.e30", "e30.e30.AA.AA", "e30.e30.AA.", "a.b.c.d.e", "...."]
    {
        assert_eq!(parse(token), Err(VerifyError::NotThreeParts), "{token}");
    }
    assert_eq!(parse(&".".repeat(8000)), Err(VerifyError::NotThreeParts));
}

#[test]
fn refuses_a_token_beyond_the_limit_before_it_reads_it() {
    let error = Err(VerifyError::TooLong { limit_bytes: 8192 });
    assert_eq!(parse(&"!".repeat(8193)), error);
    assert_eq!(parse(&"!".repeat(8192)), Err(VerifyError::NotThreeParts));
}

#[test]
fn refuses_base64_that_is_not_the_one_spelling_of_its_bytes() {
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
fn refuses_a_payload_that_is_signed_and_not_base64() {
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
    ] {
        assert_eq!(verdict_on_header(header), "accepted", "{header}");
    }
}

#[test]
fn ignores_keys_that_a_token_brings_along() {
    for parameter in
        [r#""jku":"https://evil.test""#, r#""jwk":{}"#, r#""x5u":"https://evil.test""#, r#""x5c":["MIIB"]"#]
    {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256",{parameter}}}"#)),
            "accepted",
            "{parameter}"
        );
    }
}

#[test]
fn refuses_crit_whatever_it_lists() {
    for crit in ["[\"foo\"]", "[]", "[\"alg\"]", "\"b64\"", "null"] {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256","crit":{crit}}}"#)),
            "critical_header",
            "{crit}"
        );
    }
}

#[test]
fn refuses_compression_encryption_unencoded_payloads_and_nesting() {
    for parameter in [r#""zip":"DEF""#, r#""enc":"A128GCM""#, r#""b64":false"#, r#""cty":"JWT""#] {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256",{parameter}}}"#)),
            "invalid_header",
            "{parameter}"
        );
    }
}

#[test]
fn refuses_tokens_of_another_type() {
    for typ in ["better-auth.session-cache+jwt", "dpop+jwt", "logout+jwt", "JOSE+JSON", "", "JWT "] {
        assert_eq!(
            verdict_on_header(&format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#)),
            "unsupported_type",
            "{typ}"
        );
    }
    assert_eq!(verdict_on_header(r#"{"alg":"HS256","typ":5}"#), "invalid_header");
}

#[test]
fn refuses_a_kid_that_is_not_a_short_text() {
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
fn refuses_every_algorithm_but_that_of_the_key() {
    for algorithm in
        ["none", "None", "NONE", " none", "", "hs256", "HS384", "HS512", "RS256", "EdDSA", "Ed25519"]
    {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        assert_eq!(verdict_on_header(&header), "unsupported_algorithm", "{algorithm}");
    }
    for header in [r#"{"typ":"JWT"}"#, r#"{"alg":null}"#, r#"{"alg":256}"#, r#"{"alg":["HS256"]}"#] {
        assert_eq!(verdict_on_header(header), "invalid_header", "{header}");
    }
}

#[test]
fn refuses_a_header_that_is_not_one_object_with_unique_names() {
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

#[test]
fn refuses_an_unsigned_token() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"user-a","exp":{}}}"#, NOW + 600));
    assert_eq!(verdict(&shared_secret(), &format!("{header}.{payload}.")), "unsupported_algorithm");
}

#[test]
fn verifies_the_examples_of_rfc_7515_and_rfc_8037() {
    let joe =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let secret =
        bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    let (x, y) =
        ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    let point = [vec![4], bytes(x), bytes(y)].concat();
    let ed25519 = bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let cases = [
        (
            VerifyingKey::from_secret(&secret),
            format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{joe}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ),
        (
            VerifyingKey::from_p256(&point),
            format!(
                "eyJhbGciOiJFUzI1NiJ9.{joe}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA\
                 pmWQxfKTUJqPP3-Kg6NU1Q"
            ),
        ),
        (
            VerifyingKey::from_ed25519(&ed25519),
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6\
             dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
                .to_owned(),
        ),
    ];
    for (key, token) in cases {
        let jws = CompactJws::parse(&token, 8192).unwrap();
        assert!(verify_jws(&jws, &key).is_ok(), "{token}");
    }
}
