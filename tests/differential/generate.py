"""Writes tokens and key sets as JSON lines to standard output: generate.py COUNT SEED.

The seed decides everything but the salts of PS256, PS384 and PS512.
"""

import json
import sys
from random import Random

from keys import PUBLISHED, b64, jwk, make_keys, sign
from mutations import COMMON, OF_KEYS, OF_SETS, ORDER, characters, nothing
from values import NOW, ORIGIN, SECRET


class Draft:
    """A good token, and the secret or the key set that it is verified with, until mutations change them."""

    def __init__(self, random: Random, pairs: dict[str, list]) -> None:
        self.pairs = pairs
        self.secret = SECRET if random.random() < 0.2 else None
        self.algorithm = "HS256" if self.secret else random.choice(PUBLISHED)
        self.key = self.secret or pairs[self.algorithm][0]
        self.header = {"alg": self.algorithm} if self.secret else {"alg": self.algorithm, "kid": "key-1"}
        if random.random() < 0.3:
            self.header["typ"] = random.choice(["JWT", "at+jwt"])
        lifetime = random.choice([60, 900, 3600, 86400])
        age = random.randrange(lifetime)
        self.claims = {"iat": NOW - age, "sub": "user-a", "iss": ORIGIN, "aud": ORIGIN, "exp": NOW - age + lifetime}
        if random.random() < 0.3:
            self.claims |= {
                "name": "Ada",
                "email": "ada@example.test",
                "emailVerified": True,
                "nbf": NOW - age,
                "jti": "t1",
            }
        others = random.sample([other for other in PUBLISHED if other != self.algorithm], random.choice([0, 0, 1, 2]))
        signs = [] if self.secret else [jwk(self.algorithm, self.key, "key-1")]
        self.entries = [*signs, *(jwk(other, pairs[other][1], f"key-{at}") for at, other in enumerate(others, 2))]
        self.header_text = self.payload_text = self.set_text = self.signature = self.token = self.forge = None

    def message(self) -> bytes:
        """What is signed (RFC 7515 §5.1)."""
        encoded = lambda text, members: b64(to_bytes(json.dumps(members) if text is None else text))  # noqa: E731
        return f"{encoded(self.header_text, self.header)}.{encoded(self.payload_text, self.claims)}".encode()

    def sign(self) -> bytes:
        """The signature of the draft as it is."""
        message = self.message()
        return self.forge(message) if self.forge else sign(self.algorithm, self.key, message)

    def compact(self) -> str:
        """The token."""
        made = self.sign() if self.signature is None else self.signature
        return f"{self.message().decode()}.{b64(made)}"


def to_bytes(text: str | bytes) -> bytes:
    """The bytes of a text, or the bytes themselves."""
    return text if isinstance(text, bytes) else text.encode()


def case(random: Random, pairs: dict[str, list]) -> dict:
    """One token with what verifies it."""
    draft = Draft(random, pairs)
    weights = COMMON if draft.secret else {**COMMON, **OF_SETS}
    # Some have two things wrong, of which either could hide the other.
    chosen = set(random.choices([*weights], [*weights.values()], k=random.choice([1, 1, 1, 1, 1, 2])))
    if chosen <= OF_KEYS:
        chosen = {min(chosen, key=ORDER.index)}
    for mutation in ORDER:
        if mutation in chosen:
            if mutation is characters:
                draft.token = draft.compact()
            mutation(random, draft)
    token = draft.compact() if draft.token is None else draft.token
    anchor = (
        {"secret": SECRET.decode()} if draft.secret else {"jwks": draft.set_text or json.dumps({"keys": draft.entries})}
    )
    names = [
        mutation.__name__ for mutation in ORDER if mutation in chosen and (mutation is not nothing or len(chosen) == 1)
    ]
    return {"changed": names, "now": NOW, "origin": ORIGIN, "token": token, **anchor}


def main() -> None:
    """Writes the cases."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    random = Random(seed)
    pairs = make_keys(random)
    for _ in range(count):
        print(json.dumps(case(random, pairs)))


if __name__ == "__main__":
    main()
