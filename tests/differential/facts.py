"""What is true of a case, whatever the verdicts are: read leniently, with Python's own JSON and base64."""

import base64
import json
import re
from collections import Counter
from functools import cached_property

from values import LOW_ORDER

LEEWAY = 30
PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
DERIVED = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}


def lenient(text: object) -> bytes:
    """The bytes of any base64, with either alphabet, with or without padding."""
    cleaned = re.sub(r"[^A-Za-z0-9+/]", "", str(text).replace("-", "+").replace("_", "/"))
    return base64.b64decode(cleaned[: len(cleaned) - (len(cleaned) % 4 == 1)] + "==")


def is_canonical(text: object) -> bool:
    """Whether a text is the one spelling of its bytes in base64url (RFC 4648 §3.5, §5; RFC 7515 §2)."""
    return base64.urlsafe_b64encode(lenient(text)).rstrip(b"=").decode() == text


class Part:
    """The header or the payload."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.repeated, self.constants = [], []
        self.members = {}
        try:
            value = json.loads(data, object_pairs_hook=self.object, parse_constant=self.constants.append)
            self.members = value if isinstance(value, dict) else {}
        except (ValueError, RecursionError):
            pass

    def object(self, pairs: list[tuple]) -> dict:
        """Objects end innermost first, so what is left at the end is what repeats in the outermost one."""
        self.repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        return dict(pairs)

    def is_utf8(self) -> bool:
        """RFC 8259 §8.1, which forbids a byte-order mark too."""
        try:
            return not self.data.decode().startswith("\ufeff") and b"\0" not in self.data[:4]
        except UnicodeDecodeError:
            return False

    def has_lone_surrogate(self) -> bool:
        """RFC 8259 §8.2."""
        try:
            json.dumps(self.members, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return True
        return False

    def depth(self) -> int:
        """An upper bound of how deeply values are nested."""
        return max(self.data.count(b"["), self.data.count(b"{"))

    def has_huge_number(self) -> bool:
        """One that no double can hold."""
        found = re.findall(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", self.data)
        return any(len(number) > 3 and float(number) in (float("inf"), float("-inf")) for number in found)


class Facts:
    """A case, taken apart."""

    def __init__(self, case: dict) -> None:
        self.case, self.token = case, case["token"]
        self.parts = self.token.split(".")
        three = (self.parts + ["", "", ""])[:3]
        self.header, self.payload = Part(lenient(three[0])), Part(lenient(three[1]))
        self.claims = self.payload.members

    @cached_property
    def document(self) -> Part:
        """The key set."""
        return Part(self.case.get("jwks", "").encode())

    @cached_property
    def entries(self) -> list:
        """The entries of the key set, of any type."""
        keys = self.document.members.get("keys")
        return keys if isinstance(keys, list) else []

    @cached_property
    def named(self) -> list[dict]:
        """The entries that the token may mean: those of its `kid`, or all without it."""
        keys = [entry for entry in self.entries if isinstance(entry, dict)]
        kid = self.header.members.get("kid")
        return [entry for entry in keys if entry.get("kid") == kid] if "kid" in self.header.members else keys

    def any_named(self, holds) -> bool:
        """Whether something holds of an entry that the token may mean."""
        return any(holds(entry) for entry in self.named)

    def date(self, name: str):
        """A claim that is a number."""
        value = self.claims.get(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def is_leaked(entry: dict) -> bool:
    """Whether it has a private member with a value."""
    return entry.get("kty") != "oct" and any(entry.get(name) not in (None, "", []) for name in PRIVATE)


def algorithm_of(entry: dict) -> str | None:
    """The algorithm that it states, or else the one that its type has by default."""
    return entry.get("alg") or DERIVED.get(entry.get("crv") if entry.get("kty") != "RSA" else "RSA")


def verifies(entry: dict) -> bool:
    """Whether `key_ops` is absent or has `verify` (RFC 7517 §4.3)."""
    return "key_ops" not in entry or isinstance(entry["key_ops"], list) and "verify" in entry["key_ops"]


def is_low_order(entry: dict) -> bool:
    """Whether it is a point of Ed25519 of low order, in any of its spellings."""
    y = int.from_bytes(lenient(entry.get("x", "")), "little") & (1 << 255) - 1
    return entry.get("kty") == "OKP" and y in LOW_ORDER


def public_value(entry: dict) -> str | None:
    """The member that no two public keys share: a modulus or a coordinate."""
    return next((entry[name] for name in ("n", "x") if isinstance(entry.get(name), str)), None)


def public_texts(entry: dict) -> list:
    """The members of a public key that are base64."""
    return [entry[name] for name in ("n", "e", "x", "y") if isinstance(entry.get(name), str)]


def is_weak_rsa(entry: dict) -> bool:
    """Fewer than 2048 bits (RFC 7518 §3.3), or an exponent that is 1, even, or over 33 bits."""
    if entry.get("kty") != "RSA":
        return False
    n, e = (int.from_bytes(lenient(entry.get(name, ""))) for name in ("n", "e"))
    return n.bit_length() < 2048 or e < 3 or e % 2 == 0 or e.bit_length() > 33


def starts_with_zero(entry: dict) -> bool:
    """Whether a number of an RSA key has a leading zero (RFC 7518 §2)."""
    return entry.get("kty") == "RSA" and any(lenient(entry.get(name, "")).startswith(b"\0") for name in ("n", "e"))
