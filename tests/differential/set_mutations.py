"""What can be wrong or odd with a key set, and with the key of a token: mutations as those of mutations.py."""

import json
from hashlib import sha256
from random import Random

import values as v
from keys import PUBLISHED, RSA, b64, jwk, private_members


def put(members: dict, name: str, value) -> None:
    """Sets a member, or removes it."""
    if value is v.ABSENT:
        members.pop(name, None)
    else:
        members[name] = value


def other_algorithm(random: Random, draft) -> None:
    """Signs with another algorithm than that of the key; an RSA key can sign with six."""
    if draft.algorithm in RSA:
        draft.header["alg"] = draft.algorithm = random.choice(RSA)
    else:
        draft.header["alg"] = draft.algorithm = random.choice(PUBLISHED)
        draft.key = draft.pairs[draft.algorithm][0]


def entry(random: Random, draft) -> None:
    """Changes a member of the key that signed."""
    target = draft.entries[0]
    name = random.choice(
        [
            "kid",
            "use",
            "key_ops",
            "alg",
            "alg",
            "kty",
            "crv",
            "x",
            "y",
            "n",
            "e",
            "ext",
            "x5c",
            "k",
            "oth",
            "d",
            "exp",
            "__proto__",
        ]
    )
    values = v.ENTRY_VALUES[name]
    if name in ("x", "y", "n", "e") and isinstance(target.get(name), str):
        given = target[name]
        values = [
            *values,
            given + "=",
            b64(b"\0") + given,
            given[:-2],
            given.replace("-", "+").replace("_", "/"),
            given[:-1] + "B",
            given + "\n",
            given + "AA",
        ]
    put(target, name, random.choice(values))


def without_algorithm(random: Random, draft) -> None:
    """A key that does not state its algorithm."""
    for published in draft.entries:
        published.pop("alg", None)
    if draft.algorithm in RSA and random.random() < 0.3:
        draft.header["alg"] = draft.algorithm = "RS256"


def leaked(random: Random, draft) -> None:
    """A key that is published with its private half, alone or beside other keys."""
    members = private_members(draft.key)
    if random.random() < 0.3:
        members = dict([random.choice([*members.items()])])
    draft.entries[0].update(members)


def other_entries(random: Random, draft) -> None:
    """Repeats, reorders, or adds entries."""
    first, name = draft.entries[0], draft.entries[0].get("kid")
    twin = jwk(draft.algorithm, draft.pairs[draft.algorithm][1], name)
    unlike = jwk("ES384", draft.pairs["ES384"][1], name)
    many = [
        jwk("EdDSA", draft.pairs["EdDSA"][1], f"other-{count}") for count in range(random.choice([254, 255, 256, 300]))
    ]
    draft.entries = random.choice(
        [
            [first, twin],
            [twin, first],
            [first, first],
            [first, unlike],
            [unlike, first],
            [first, *draft.entries],
            [*many, first],
            [first, *many],
            [first, random.choice(v.NONSENSE_KEYS)],
            [random.choice(v.NONSENSE_KEYS), first],
            draft.entries[1:] or [twin],
            [twin],
            [{**first, "kid": "second"}, first],
            [first, {**first, "alg": "RS512"}],
            [{**first, "use": "enc"}, first],
        ]
    )


def no_key_id(random: Random, draft) -> None:
    """A token without `kid`, and a set of one key or more."""
    draft.header.pop("kid", None)
    draft.entries = draft.entries[: random.choice([1, 1, 3])]
    if random.random() < 0.3:
        draft.entries[0].pop("kid", None)


def weak_key(random: Random, draft) -> None:
    """A key that has a low order, few bits, or a small exponent."""
    if random.random() < 0.4:
        y = random.choice(v.LOW_ORDER) | random.choice([0, 1 << 255])
        draft.algorithm = draft.header["alg"] = "EdDSA"
        draft.key = draft.pairs["EdDSA"][0]
        draft.entries = [
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "key-1", "x": b64(y.to_bytes(32, "little"))}
        ]
        # Of a point of low order, these are the signatures of many messages.
        draft.signature = random.choice([b"\1" + bytes(63), y.to_bytes(32, "little") + bytes(32), bytes(64)])
    elif random.random() < 0.2:
        draft.algorithm = draft.header["alg"] = "RS256"
        draft.key = draft.pairs["RS256"][0]
        draft.entries = [{**jwk("RS256", draft.key, "key-1"), "e": "AQ"}]
        # With the exponent 1, a signature is the padded digest itself (RFC 8017 §9.2).
        prefix = bytes.fromhex("003031300d060960864801650304020105000420")
        draft.forge = lambda message: b"\0\1" + b"\xff" * 202 + prefix + sha256(message).digest()
    else:
        draft.algorithm = draft.header["alg"] = random.choice(RSA)
        if draft.algorithm == "PS512":
            draft.algorithm = draft.header["alg"] = "PS384"
        draft.key = random.choice(draft.pairs["weak"])
        draft.entries = [jwk(draft.algorithm, draft.key, "key-1")]


def set_text(random: Random, draft) -> None:
    """Changes the key set as a text."""
    document = json.dumps({"keys": draft.entries})
    at = random.randrange(len(document))
    one = json.dumps(draft.entries[0])
    draft.set_text = random.choice(
        [
            random.choice(v.SETS),
            document[:at],
            document[:at] + document[at + 1 :],
            document[:at] + random.choice('"{}[],\\ 0') + document[at:],
            json.dumps(draft.entries),
            one,
            f'{{"keys":{one}}}',
            f'{{"keys":[],{document[1:]}',
            f'{document[:-1]},"keys":[]}}',
            f"\ufeff{document}",
            f'{{"x":{"[" * (depth := random.choice([10, 126, 127, 500]))}{"]" * depth},{document[1:]}',
            json.dumps({"keys": draft.entries, "x": 1}),
            f'{{"keys":[{one[:-1]},"kid":"other"}}]}}',
            f'{{"keys":[{{"kid":"other",{one[1:]}]}}',
            json.dumps({"keys": draft.entries}, indent=1),
            f"{document}\n\n",
        ]
    )
