"""What can be wrong or odd with a token.

A mutation takes the random source and a draft, and changes the draft. A draft has the header, the claims and
the entries of the key set as dictionaries; what is set in `header_text`, `payload_text`, `set_text`, `signature` and
`token` replaces what would be made of them.
"""

import json
import re
from random import Random

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import values as v
from keys import CURVES, RSA, b64, jwk, pem, sign
from set_mutations import (
    entry,
    leaked,
    no_key_id,
    other_algorithm,
    other_entries,
    put,
    set_text,
    weak_key,
    without_algorithm,
)


def claim(random: Random, draft) -> None:
    """Removes a claim, or gives it a value of another type or at a limit."""
    special = {
        "exp": v.DATES,
        "nbf": v.DATES,
        "iat": v.DATES,
        "iss": v.ORIGINS,
        "aud": v.ORIGINS,
        "sub": v.USERS,
        "jti": v.USERS,
    }
    names = ["exp", "exp", "nbf", "iat", "iss", "aud", "sub", "sub", "jti", "email", "name", "scope", "role"]
    for name in ["exp", "iat"] if random.random() < 0.1 else random.choices(names):
        put(draft.claims, name, random.choice([v.ABSENT, *v.WRONG_TYPES, *(special.get(name, v.USERS) * 3)]))


def header(random: Random, draft) -> None:
    """Changes a parameter of the header, before the signature."""
    name = random.choice(["alg", "typ", "kid", "crit", "other"])
    if name == "other":
        name = random.choice([*v.PARAMETERS])
    values = {"alg": v.NAMED_ALGORITHMS, "typ": v.TYPES, "kid": v.KEY_IDS, "crit": v.CRITICAL, **v.PARAMETERS}[name]
    put(draft.header, name, random.choice(values))
    if name == "crit" and draft.header["crit"] == ["b64"]:
        put(draft.header, "b64", random.choice([True, False, v.ABSENT]))


def forged(random: Random, draft) -> None:
    """Signs with a key that is not published, or with what is public as a secret."""
    if draft.secret is not None:
        draft.key = random.choice([b"", v.SECRET[:-1], v.SECRET + b"\0", b64(v.SECRET).encode(), bytes(32)])
    elif random.random() < 0.4:
        draft.key = draft.pairs[draft.algorithm][1]
        if random.random() < 0.5:
            draft.header["jwk"] = jwk(draft.algorithm, draft.key, "key-1")
    else:
        entry, algorithm = draft.entries[0], random.choice(["HS256", "HS384", "HS512"])
        public = pem(draft.key)
        draft.key = random.choice(
            [public, public.strip(), json.dumps(entry).encode(), (entry.get("x") or entry["n"]).encode(), b""]
        )
        draft.header["alg"] = draft.algorithm = algorithm


def wrong_anchor(_: Random, draft) -> None:
    """Presents a token of the secret to the key set, or the reverse."""
    if draft.secret is None:
        draft.key, draft.algorithm = v.SECRET, "HS256"
        draft.header["alg"] = "HS256"
    else:
        draft.algorithm = draft.header["alg"] = "EdDSA"
        draft.key = draft.pairs["EdDSA"][0]


def cookie(random: Random, draft) -> None:
    """A token of Better Auth that is not for an API: its e-mail verification, its session cookies."""
    session = {"session": {"id": "s", "userId": "user-a", "token": "t"}, "user": {"id": "user-a"}}
    mail = {"email": "a@example.test", "userId": "user-a"}
    dates = {"iat": v.NOW, "exp": v.NOW + 600}
    draft.claims = random.choice(
        [
            {**session, **dates},
            {**mail, **dates},
            {**session, **dates, "sub": "user-a", "aud": "better-auth:session-cache"},
        ]
    )
    if random.random() < 0.5:
        draft.header["typ"] = "better-auth.session-cache+jwt"


def text_of(random: Random, members: dict) -> str:
    """The JSON text of members, changed as a text."""
    text, name = json.dumps(members), random.choice([*members])
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in name)
    more = json.dumps(random.choice([*v.WRONG_TYPES, *v.DATES, *v.USERS]))
    at = random.randrange(len(text))
    return random.choice(
        [
            random.choice(v.RAW_JSON),
            f'{text[:-1]}, "{name}": {more}}}',  # a name twice
            f'{text[:-1]}, "{name}": {json.dumps(members[name])}}}',
            f'{{"{escaped}": {more}, {text[1:]}',  # the same, escaped
            text.replace(f'"{name}"', f'"{escaped}"'),
            f'{text[:-1]}, "x": {{"a": 1, "a": 2}}}}',
            f'{text[:-1]}, "x": "\\ud800"}}',
            f'{text[:-1]}, "x": {"[" * (depth := random.choice([10, 126, 127, 128, 500]))}{"]" * depth}}}',
            f'{text[:-1]}, "x": "{"a" * random.choice([100, 5000, 7000])}"}}',
            f'{text[:-1]}, "x": {random.choice(["1e400", "-1e400", "1e-400", "9" * 400, "NaN", "-0", "1E2", "0x1"])}}}',
            json.dumps(members, indent=random.choice([0, 1, "\t"])),
            f"\r\n {text} \n",
            f"{text}\0",
            f"\ufeff{text}",
            f"{text},",
            f"[{text}]",
            text.replace(":", " :"),
            text[:at] + text[at + 1 :],
            text[:at] + random.choice('"{}[],:\\ 0a\0é') + text[at:],
            text[:-1],
            text + text,
            re.sub(r"(18\d{8})", random.choice([r"\1.0", r"\1e0", r"\g<1>.25", r'"\1"', r"-\1", r"0\1"]), text),
        ]
    )


def header_json(random: Random, draft) -> None:
    """Changes the header as a text, before the signature."""
    draft.header_text = text_of(random, draft.header)


def payload_json(random: Random, draft) -> None:
    """Changes the payload as a text, before the signature."""
    draft.payload_text = text_of(random, draft.claims or {"a": 1})


def encoding(random: Random, draft) -> None:
    """Bytes that are not UTF-8, before the signature."""
    text = json.dumps(draft.claims, ensure_ascii=False)
    data = random.choice(
        [
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("utf-32"),
            text.replace("user-a", "é").encode("latin-1", "replace"),
            text.encode().replace(b"user-a", b"\xff"),
            text.encode().replace(b"user-a", b"\xc0\xaf"),
            text.encode().replace(b"user-a", b"\xed\xa0\x80"),
        ]
    )
    draft.payload_text = data


def signature(random: Random, draft) -> None:
    """Another spelling of the signature, or none."""
    made = draft.sign()
    half = len(made) // 2
    choices = [
        b"",
        made[:-1],
        made + b"\0",
        b"\0" + made,
        bytes(len(made)),
        made[::-1],
        made[:half],
        made + made,
        b"\xff" * len(made),
    ]
    if draft.algorithm in CURVES:
        r, s, n = int.from_bytes(made[:half]), int.from_bytes(made[half:]), v.ORDERS[draft.algorithm]
        raw = lambda r, s: r.to_bytes(half) + s.to_bytes(half)  # noqa: E731
        choices = [
            *choices,
            raw(r, n - s),
            raw(r, n - s),
            raw(s, r),
            raw(0, s),
            raw(r, 0),
            raw(n, s),
            encode_dss_signature(r, s),
            b"\0" + made[:half] + b"\0" + made[half:],
        ]
        if draft.algorithm == "ES512":
            choices += [raw(r + n, s), raw(r, s + n)]
    elif draft.algorithm == "EdDSA":
        s = int.from_bytes(made[32:], "little") + v.ED25519_ORDER
        choices += [
            made[:32] + s.to_bytes(32, "little"),
            made[:63] + bytes([made[63] | 128]),
            made[:31] + bytes([made[31] ^ 128]) + made[32:],
        ]
    elif draft.algorithm in RSA:
        n = draft.key.public_key().public_numbers().n
        value = int.from_bytes(made)
        choices += [(n - value).to_bytes(len(made)), (value + n).to_bytes(len(made) + 1), b"\0" * 3 + made]
        choices += [
            sign(draft.algorithm, draft.key, draft.message(), salt) for salt in (0, 20) if draft.algorithm[0] == "P"
        ]
    draft.signature = random.choice(choices)


def characters(random: Random, draft) -> None:
    """Changes characters of the signed token."""
    token = draft.token
    parts, at, part = token.split("."), random.randrange(len(token)), random.randrange(3)
    alphabet = "ABCXYZabcxyz0189-_"
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    with_part = lambda text: ".".join([*parts[:part], text, *parts[part + 1 :]])  # noqa: E731
    spelled = parts[part] and parts[part][:-1] + last[last.index(parts[part][-1]) ^ random.choice([1, 2, 3])]
    draft.token = random.choice(
        [
            token[:at] + random.choice(alphabet) + token[at + 1 :],
            token[:at] + random.choice(alphabet) + token[at:],
            token[:at] + token[at + 1 :],
            token[:at],
            token[:at] + random.choice(" \t\n\r=+/~%é\0.,;:\u200b") + token[at:],
            with_part(spelled),  # other unused bits of the last character
            with_part(spelled),
            with_part(parts[part] + random.choice(["=", "==", "===", "\n", " ", "A", "%3D"])),
            with_part(parts[part] + "=" * (-len(parts[part]) % 4)),
            with_part(parts[part].replace("-", "+").replace("_", "/")),
            with_part(""),
            random.choice(
                [
                    ".",
                    "..",
                    "",
                    "a",
                    "a.b",
                    "a.b.c",
                    "...",
                    "null",
                    "undefined",
                    "Bearer " + token,
                    token + ".",
                    "." + token,
                    f'"{token}"',
                ]
            ),
            ".".join(random.sample(parts, 3)),
            ".".join(parts[:2]),
            ".".join([*parts, parts[2]]),
            ".".join([*parts[:2], "", parts[2]]),
            token + random.choice([" ", "\n", "\0", "=", "."]),
            token.swapcase(),
            token * 2,
            ".".join([b64(b'{"alg":"none"}'), parts[1], random.choice(["", parts[2]])]),
        ]
    )


def too_long(random: Random, draft) -> None:
    """A claim that makes the token about as long as its limit, or longer."""
    draft.claims["image"] = "a" * random.choice([5000, 5500, 5600, 5700, 5800, 5900, 6000, 9000, 50_000])


def nothing(_: Random, __) -> None:
    """A good token."""


# fmt: off
# With how often each is chosen; the second ones for key sets only.
COMMON = {
    nothing: 6, claim: 30, header: 18, header_json: 8, payload_json: 14, encoding: 2, signature: 6, characters: 18,
    forged: 6, wrong_anchor: 2, cookie: 2, too_long: 1,
}
OF_SETS = {
    entry: 22, without_algorithm: 3, leaked: 4, other_entries: 10, no_key_id: 4, weak_key: 4, set_text: 6,
    other_algorithm: 6,
}
# Those that change texts come after those that change what the texts are made of.
ORDER = [
    cookie, claim, header, no_key_id, weak_key, other_algorithm, wrong_anchor, forged, too_long, entry,
    without_algorithm, leaked, other_entries, header_json, payload_json, encoding, set_text, signature, characters,
    nothing,
]
# Each needs the draft's own key, so a case has at most one of them.
OF_KEYS = {weak_key, other_algorithm, wrong_anchor, forged, leaked, other_entries}
