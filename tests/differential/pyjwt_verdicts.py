"""The verdicts of PyJWT on cases from standard input, as JSON lines.

It is set up as its documentation recommends, and as close to the rules of the auth crate as its options allow: a fixed
list of algorithms, an issuer, an audience, required claims, 30 seconds of leeway, keys from PyJWKClient.
"""

import json
import sys
import warnings
from datetime import datetime, timezone

import jwt
import jwt.api_jwt

LEEWAY_SECONDS = 30
PUBLISHED = ["EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]


class Clock(datetime):
    """PyJWT has no option for the time."""

    seconds = 0

    @classmethod
    def now(cls, tz=None):
        """The time of the case."""
        return datetime.fromtimestamp(cls.seconds, tz)


class Client(jwt.PyJWKClient):
    """Its key set comes from the case, in place of a URL."""

    def __init__(self, document: str) -> None:
        super().__init__("https://auth.example.test/api/auth/jwks")
        self.document = document

    def fetch_data(self) -> object:
        """Parses as the original does."""
        return self._as_jwk_set_payload(json.loads(self.document))


def verdict(case: dict) -> dict:
    """Whether it accepts the token, and for which user, or why not."""
    Clock.seconds = case["now"]
    try:
        if "secret" in case:
            key, algorithms = case["secret"], ["HS256"]
        else:
            key, algorithms = Client(case["jwks"]).get_signing_key_from_jwt(case["token"]), PUBLISHED
        options = {"require": ["exp", "sub", "iss", "aud"]}
        claims = jwt.decode(
            case["token"],
            key,
            algorithms,
            options,
            audience=case["origin"],
            issuer=case["origin"],
            leeway=LEEWAY_SECONDS,
        )
    except Exception as error:  # some of its errors are not of its own classes
        return {"reason": type(error).__name__, "own": isinstance(error, jwt.PyJWTError), "message": str(error)[:200]}
    return {"user": claims["sub"]}


def main() -> None:
    """Writes one line for each case."""
    warnings.simplefilter("ignore")
    jwt.api_jwt.datetime = Clock
    assert jwt.api_jwt.datetime.now(tz=timezone.utc).timestamp() == 0
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))))


if __name__ == "__main__":
    main()
