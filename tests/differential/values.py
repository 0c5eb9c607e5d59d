"""Values of claims, parameters and members of keys: good ones, ones at a limit, and ones of another type."""

from keys import PUBLISHED, b64

# fmt: off
NOW = 1_800_000_000
ORIGIN = "https://auth.example.test"
SECRET = b"Jk3vQ8xWm2LpTz7RnYc5BdHs9GfAe1Uo"
ABSENT = object()

WRONG_TYPES = [None, True, False, 0, 1, -1, 1.5, "", "1", [], {}, [None], ["a"], {"a": 1}, [[ORIGIN]], "null", 1e300,
    2**53, 2**63, 2**64]
DATES = [
    *(NOW + step for step in (-3600, -61, -60, -31, -30, -29, -1, 0, 1, 29, 30, 31, 60, 61, 3600, 366 * 86400,
    366 * 86400 + 1)),
    *(NOW + step for step in (-30.5, -29.5, -0.5, 0.5, 29.5, 30.5)),
    *(float(NOW + 600), str(NOW + 600), f"{NOW + 600}.0", (NOW + 600) * 1000, -NOW, 0, 1e10, 1e15, 1e18, -(2**63),
    2**63 - 1),
]
USERS = [
    *("", " ", "\u00a0", "a\0", "a\nb", "a\x7f", "a\u0085", "a\u200b", "\ufeffa", "a\u202eb", "\u00ad", "a b",
    "user-a ", "USER-A"),
    *("u" * 255, "u" * 256, "é" * 127, "é" * 128, "\U0001f600", "1", "null", "' OR 1=1", "a\u0301", "\u3000",
    "a\u2028b", "\U000e0041"),
]
ORIGINS = [
    *(ORIGIN + "/", ORIGIN.upper(), ORIGIN.replace("https", "http"), ORIGIN + ":443", " " + ORIGIN, ORIGIN + "\0", "",
    "*"),
    *("https://other.example.test", [ORIGIN], [ORIGIN, "b"], ["b", ORIGIN], ["b"], [], [ORIGIN, 1], [ORIGIN, None],
    [[ORIGIN]], {"0": ORIGIN}),
]
NAMED_ALGORITHMS = [
    *("none", "None", "NONE", "", "HS256", "HS384", "HS512", "hs256", "ES256K", "Ed25519", "ed25519", "EdDSA", "Ed448",
    "RS1", "RSA-OAEP", "dir"),
    *PUBLISHED, *(" RS256", "RS256 ", "rs256", "ES256\0", None, 256, True, ["RS256"], {"alg": "RS256"}, ABSENT),
]
TYPES = [
    *("JWT", "jwt", "Jwt", "at+jwt", "AT+JWT", "application/jwt", "application/at+jwt", "APPLICATION/JWT", "JOSE",
    "JWS", "dpop+jwt", "logout+jwt"),
    *("better-auth.session-cache+jwt", "", " JWT", "JWT ", "application/", "a/jwt", "text/jwt", None, 1, True, ["JWT"],
    {}, "secevent+jwt"),
]
KEY_IDS = [
    *("", " ", "other", "KEY-1", "key-1 ", "key-1\0", "k" * 128, "k" * 129, "../key-1", "' OR 1=1 --", "kéy-1",
    "ｋey-1", "key-1\n"),
    *(None, 0, 1, True, [], ["key-1"], {}, {"kid": "key-1"}, ABSENT, ABSENT, ABSENT),
]
CRITICAL = [[], ["b64"], ["exp"], ["b64", "b64"], ["alg"], ["x"], "b64", None, {}, [1], True, 0, [""],
    ["http://example.test/x"], ["typ", "kid"]]
PARAMETERS = {
    "b64": [True, False, None, "false", 0], "zip": ["DEF", None, ""], "enc": ["A256GCM", None], "cty": ["JWT", "json",
    None, 1],
    "jku": ["https://evil.example.test/jwks", 1], "x5u": ["https://evil.example.test/x"], "x5c": [[], ["MIIB"], "x"],
    "x5t": ["AA", 1],
    "iss": [ORIGIN], "nonce": ["n", 1], "apu": ["AA"], "epk": [{}], "__proto__": [{"alg": "none"}, None], "ÿ": [1],
}
RAW_JSON = [
    *("", " ", "null", "true", "0", '""', "[]", "{}", "[{}]", "{", "}", "{}{}", "{} x", "\ufeff{}", '{"a":}',
    "{'a':1}", '{"a":1,}', "NaN", "\0"),
    *('{"a":"\\ud800"}', '{"a":"\\x41"}', '{"a":"\t"}', '{"a":01}', '{"a":1.}', '{"a":+1}', '{"a":NaN}',
    '{"a":Infinity}', '{"a":1e400}', "//"),
]
SETS = [
    *("", " ", "null", "[]", "{}", '{"keys":null}', '{"keys":{}}', '{"keys":[]}', '{"keys":"x"}', '{"keys":[null]}',
    '{"keys":[{}]}', "<html>"),
    *('{"error":"x"}', '{"Keys":[]}', "{", "\ufeff", '"keys"', '{"keys":[[]]}', '{"keys":[1]}'),
]
ENTRY_VALUES = {
    "kid": [*KEY_IDS], "use": ["sig", "enc", "", None, "SIG", 1, ["sig"]],
    "key_ops": [["verify"], ["sign", "verify"], ["verify", "verify"], ["sign"], [], ["encrypt"], "verify", None, [1,
    "verify"], ["VERIFY"]],
    "alg": NAMED_ALGORITHMS, "kty": ["RSA", "EC", "OKP", "oct", "rsa", "", None, 1, ABSENT],
    "crv": ["P-256", "P-384", "P-521", "Ed25519", "X25519", "Ed448", "secp256k1", "p-256", "", None, 1, ABSENT],
    "x": ["", "AA", None, 1, ABSENT, "AQ", "****"], "y": ["", "AA", None, 1, ABSENT], "n": ["", "AA", None, 1, ABSENT],
    "e": ["", "AA", "AQ", "Ag", "Aw", "AQAB", "AAEAAQ", "AQAAAAE", "AQAAAQE", "/////w", None, 65537, ABSENT],
    "ext": [True, False, "true", None],
    "x5c": [[], ["MIIB"], None, "x"], "k": ["", "AA", None], "oth": [[], [{}]], "d": ["", None], "exp": [NOW - 1, "x"],
    "__proto__": [{}],
}
ORDER_8 = [
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
]
# The y coordinates of the points of Ed25519 of low order, also those that are not reduced.
LOW_ORDER = [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, *ORDER_8]
NONSENSE_KEYS = [
    *(None, 1, "key", [], {}, {"kty": "oct"}, {"kty": "oct", "k": b64(SECRET), "alg": "HS256", "kid": "key-9"},
    {"kty": "AKP", "kid": "key-1"}),
    *({"kty": "oct", "k": b64(SECRET), "kid": "key-1"}, {"kty": "RSA", "kid": "key-1"}, {"kid": "key-1"}, {"kty": "X",
    "kid": "key-1", "alg": "EdDSA"}),
]
ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    "ES512": (1 << 521) - int("657877501894328237357444332315020117536923257219387276263472201219398408051703"),
}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
