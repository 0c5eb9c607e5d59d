"""The classes of differences: each has a name, why the crate differs, and when a difference belongs to it.

A difference belongs to the first class whose `reasons` have that of the one that rejects, and whose condition holds.
The conditions are about what is in the token and the key set, so that a rejection for a wrong reason is in no class.
"""

from collections.abc import Callable
from typing import NamedTuple

from facts import (
    LEEWAY,
    Facts,
    algorithm_of,
    is_canonical,
    is_leaked,
    is_low_order,
    is_weak_rsa,
    public_texts,
    public_value,
    starts_with_zero,
    verifies,
)

ACCESS_TYPES = ("jwt", "at+jwt", "application/jwt", "application/at+jwt")


class Class(NamedTuple):
    """`reasons` are those of the one that rejects."""

    name: str
    reasons: tuple[str, ...]
    holds: Callable[[Facts], object]
    why: str


# When a key is dropped, another one of its name can remain, for another algorithm.
DROPPED = ("unknown_key", "keys_unavailable", "algorithm_mismatch")


def is_kid(value: object) -> bool:
    """What may name a key."""
    return (
        isinstance(value, str)
        and 1 <= len(value.encode()) <= 128
        and not any(is_control(character) for character in value)
    )


def is_control(character: str) -> bool:
    """The characters of Unicode's category Cc."""
    return character < " " or "\x7f" <= character < "\xa0"


def is_invisible(text: str) -> bool:
    """Whether a text has control or format characters."""
    ranges = [
        "\u00ad",
        "\u061c",
        "\u180e",
        "\u200b\u200f",
        "\u202a\u202e",
        "\u2060\u206f",
        "\ufeff",
        "\U000e0000\U000e007f",
    ]
    return any(is_control(character) or any(low[0] <= character <= low[-1] for low in ranges) for character in text)


def broken_second(facts: Facts) -> bool:
    """Whether a date lies within the second at which it begins or ends to count."""
    limits = {"exp": -LEEWAY, "nbf": LEEWAY, "iat": LEEWAY}
    near = lambda name: 0 < abs(facts.date(name) - facts.case["now"] - limits[name]) < 1  # noqa: E731
    return any(isinstance(facts.date(name), float) and near(name) for name in limits)


def odd_dates(facts: Facts) -> bool:
    """Whether a date is no number, or one that no clock reaches."""
    dates = [facts.claims[name] for name in ("exp", "nbf", "iat") if name in facts.claims]
    return any(isinstance(date, bool) or not isinstance(date, (int, float)) or abs(date) > 2**53 for date in dates)


def sub(condition: Callable[[str], object]) -> Callable[[Facts], object]:
    """A condition on the user id."""
    return lambda facts: isinstance(facts.claims.get("sub"), str) and condition(facts.claims["sub"])


def leaked_twin(facts: Facts) -> bool:
    """Whether the key, or another entry with the same public key, has the private half."""
    leaked = {public_value(entry) for entry in facts.entries if isinstance(entry, dict) and is_leaked(entry)}
    return facts.any_named(lambda entry: public_value(entry) in leaked)


def twins(facts: Facts) -> bool:
    """Whether two entries share `kid` and algorithm."""
    pairs = [(entry.get("kid"), algorithm_of(entry)) for entry in facts.entries if isinstance(entry, dict)]
    return any(pairs.count((entry.get("kid"), algorithm_of(entry))) > 1 for entry in facts.named)


# The crate rejects, the other one accepts.
REJECTED = [
    # The form of the token.
    Class(
        "too long",
        ("too_long",),
        lambda f: len(f.token.encode()) > 8192,
        "a limit before any work (`max_token_bytes`); the others have none",
    ),
    Class(
        "other spellings of base64",
        ("invalid_base64",),
        lambda f: not all(map(is_canonical, f.parts)),
        "unused bits, padding or white space (RFC 7515 §2): a token has one spelling, also in a list of revoked ones",
    ),
    Class(
        "a name twice",
        ("invalid_json",),
        lambda f: f.header.repeated or f.payload.repeated,
        "RFC 7515 §4, RFC 7519 §4: must be unique; parsers differ in which one counts",
    ),
    Class(
        "not UTF-8",
        ("invalid_json",),
        lambda f: not (f.header.is_utf8() and f.payload.is_utf8()),
        "RFC 8259 §8.1: UTF-8 without a byte-order mark; Python detects UTF-16 and UTF-32",
    ),
    Class(
        "NaN and Infinity",
        ("invalid_json",),
        lambda f: f.header.constants or f.payload.constants,
        "not JSON (RFC 8259 §6); Python reads them",
    ),
    Class(
        "lone surrogates",
        ("invalid_json",),
        lambda f: f.header.has_lone_surrogate() or f.payload.has_lone_surrogate(),
        "no Unicode text (RFC 8259 §8.2), so no user id or log can have it",
    ),
    Class(
        "numbers beyond a double",
        ("invalid_json",),
        lambda f: f.header.has_huge_number() or f.payload.has_huge_number(),
        "not interoperable (RFC 8259 §6); the others read Infinity",
    ),
    Class(
        "deep nesting",
        ("invalid_json", "keys_unavailable"),
        lambda f: max(part.depth() for part in (f.header, f.payload, f.document)) > 126,
        "a limit of 127 levels, so that no token and no key set can overflow the stack",
    ),
    # The header.
    Class(
        "crit",
        ("critical_header",),
        lambda f: "crit" in f.header.members,
        "no extension is supported (RFC 7515 §4.1.11); the others support `b64`",
    ),
    Class(
        "zip, enc, b64, cty",
        ("invalid_header",),
        lambda f: {"zip", "enc", "b64", "cty"} & {*f.header.members},
        "each changes what the payload is; ignored by the others, or, with `b64: true`, without effect",
    ),
    Class(
        "kid is not an id",
        ("invalid_header",),
        lambda f: not is_kid(f.header.members.get("kid", "-")),
        "a string of 1 to 128 bytes without control characters (RFC 7515 §4.1.4)",
    ),
    Class(
        "typ of another token",
        ("unsupported_type", "invalid_header"),
        lambda f: str(f.header.members.get("typ", "jwt")).lower() not in ACCESS_TYPES
        or not isinstance(f.header.members["typ"], str),
        "RFC 8725 §3.11: a session cookie under the same key is no access token; the others check `typ` on demand",
    ),
    # The keys.
    Class(
        "no kid, several keys",
        ("missing_key_id",),
        lambda f: "kid" not in f.header.members and len(f.entries) > 1,
        "the issuer must name its key; jose takes the only one that fits `alg`",
    ),
    Class(
        "a key without alg",
        ("algorithm_mismatch",),
        lambda f: f.any_named(lambda entry: "alg" not in entry and algorithm_of(entry) != f.header.members.get("alg")),
        "is for one algorithm, RS256 for RSA; with jose the token chooses among six",
    ),
    Class(
        "a published private key",
        DROPPED,
        leaked_twin,
        "RFC 7517 §9.2: anyone can sign with it; PyJWT uses it, jose looks at `d` alone",
    ),
    Class(
        "two keys of one kid and alg",
        (*DROPPED, "invalid_signature"),
        twins,
        "the token does not tell which one signed it, so none is used, or the only usable one; PyJWT takes the first one",
    ),
    Class(
        "key_ops without verify",
        DROPPED,
        lambda f: f.any_named(lambda entry: not verifies(entry)),
        "RFC 7517 §4.3; PyJWT ignores `key_ops`",
    ),
    Class(
        "use is null",
        DROPPED,
        lambda f: f.any_named(lambda entry: entry.get("use", "") is None),
        "RFC 7517 §4.2: a string; PyJWT takes null as absent",
    ),
    Class(
        "kid of a key is not an id",
        DROPPED,
        lambda f: f.any_named(lambda entry: not is_kid(entry.get("kid", "-"))),
        "as of a token",
    ),
    Class(
        "alg of a key is not one",
        DROPPED,
        lambda f: f.any_named(lambda entry: "alg" in entry and not entry["alg"]),
        "null or empty is not absent (RFC 7517 §4.4)",
    ),
    Class(
        "weak RSA keys",
        DROPPED,
        lambda f: f.any_named(is_weak_rsa),
        "under 2048 bits (RFC 7518 §3.3), or an exponent of 1, an even one, or one over 33 bits",
    ),
    Class(
        "points of low order",
        DROPPED,
        lambda f: f.any_named(is_low_order),
        "signatures under them can be made without a private key (RFC 8032 §5.1.7, §8)",
    ),
    Class(
        "leading zeros of n and e",
        DROPPED,
        lambda f: f.any_named(starts_with_zero),
        "RFC 7518 §2: as few bytes as the number needs",
    ),
    Class(
        "other spellings of base64 in a key",
        DROPPED,
        lambda f: f.any_named(lambda entry: not all(map(is_canonical, public_texts(entry)))),
        "as of a token",
    ),
    Class(
        "over 256 keys",
        DROPPED,
        lambda f: len(f.entries) > 256,
        "a limit of work: the last 256 count, since Better Auth adds new keys at the end",
    ),
    # The claims.
    Class(
        "dates that are not numbers",
        ("invalid_claim",),
        odd_dates,
        "RFC 7519 §2: a JSON number, and one that a clock can reach; PyJWT reads strings and booleans",
    ),
    Class(
        "a broken second at the limit",
        ("expired", "not_yet_valid", "issued_in_future"),
        broken_second,
        "rounded so that the token is valid for less time, not for more",
    ),
    Class(
        "iat in the future",
        ("issued_in_future",),
        lambda f: f.date("iat") > f.case["now"] + LEEWAY,
        "a clock or an issuer is wrong; jose looks at `iat` only with `maxTokenAge`",
    ),
    Class("exp before iat", ("expires_before_issue",), lambda f: f.date("exp") < f.date("iat"), "was never valid"),
    Class(
        "exp over a year ahead",
        ("lives_too_long",),
        lambda f: f.date("exp") > f.case["now"] + 366 * 86400,
        "usually milliseconds, which make a token valid without end (`max_lifetime_seconds`)",
    ),
    Class(
        "aud with other types",
        ("invalid_claim",),
        lambda f: not isinstance(f.claims.get("aud"), str)
        and not all(isinstance(one, str) for one in f.claims.get("aud", [])),
        "RFC 7519 §4.1.3: a string or an array of strings; jose looks for one that fits",
    ),
    Class(
        "sub is no string",
        ("invalid_claim",),
        lambda f: not isinstance(f.claims.get("sub"), str),
        "RFC 7519 §4.1.2; jose requires its presence only",
    ),
    Class(
        "sub is empty or blank",
        ("invalid_claim",),
        sub(lambda text: not text.strip()),
        "would be one user for everybody without an id",
    ),
    Class(
        "sub is too long",
        ("invalid_claim",),
        sub(lambda text: len(text.encode()) > 255),
        "at most 255 bytes, so that it fits a key of a database",
    ),
    Class(
        "sub with invisible characters",
        ("invalid_claim",),
        sub(is_invisible),
        "looks like another user in a log or an interface",
    ),
]

# The crate accepts, the other one rejects.
ACCEPTED = [
    Class(
        "no kid, one usable key",
        ("PyJWKClientError",),
        lambda f: "kid" not in f.header.members,
        "the only usable key needs no name; PyJWKClient requires one",
    ),
    Class(
        "Ed25519 as alg",
        ("InvalidAlgorithmError", "ERR_JWKS_NO_MATCHING_KEY", "PyJWKSetError", "PyJWKClientError"),
        lambda f: "Ed25519" in (f.header.members.get("alg"), *(entry.get("alg") for entry in f.named)),
        "the same algorithm as EdDSA with this key (RFC 9864 §2.2)",
    ),
    Class(
        "jti of another type",
        ("InvalidJTIError",),
        lambda f: not isinstance(f.claims.get("jti", ""), str),
        "nothing reads it; PyJWT requires a string",
    ),
    Class(
        "other entries of the same kid",
        ("InvalidAlgorithmError", "ERR_JWKS_MULTIPLE_MATCHING_KEYS"),
        lambda f: len(f.named) > 1,
        "the usable one for the token's algorithm counts; PyJWT takes the first one, jose counts unusable ones too",
    ),
    Class(
        "a private member without a value",
        ("PyJWKClientError", "PyJWKSetError", "SyntaxError", "TypeError"),
        lambda f: f.any_named(lambda entry: any(name in entry for name in ("d", "oth", "k")) and not is_leaked(entry)),
        "null or empty publishes nothing, and some libraries write it; the others take it for a private key",
    ),
    Class(
        "key_ops with more than verify",
        ("ERR_JWKS_NO_MATCHING_KEY", "SyntaxError"),
        lambda f: f.any_named(lambda entry: "key_ops" in entry and verifies(entry) and entry["key_ops"] != ["verify"]),
        "`verify` is among them; jose rejects repeated and further ones",
    ),
    Class(
        "ext is not a boolean",
        ("ERR_JWKS_NO_MATCHING_KEY",),
        lambda f: f.any_named(lambda entry: not isinstance(entry.get("ext", True), bool)),
        "of the Web Cryptography API alone; jose requires a boolean",
    ),
    Class(
        "entries that are no objects",
        ("ERR_JWKS_INVALID",),
        lambda f: not all(isinstance(entry, dict) for entry in f.entries),
        "dropped, without the others (RFC 7517 §5); jose rejects the set",
    ),
    Class(
        "a secret in the key set",
        ("KeyError",),
        lambda f: any(isinstance(entry, dict) and entry.get("kty") == "oct" for entry in f.entries),
        "dropped, without the others; PyJWT fails on one without `k`",
    ),
]
