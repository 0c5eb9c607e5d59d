"""Keys of an issuer that derive from a seed, how they sign, and the entries of a key set that they publish."""

import base64
import hmac
from random import Random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {
    "ES256": (ec.SECP256R1(), "P-256", 32),
    "ES384": (ec.SECP384R1(), "P-384", 48),
    "ES512": (ec.SECP521R1(), "P-521", 66),
}
RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
PUBLISHED = ["EdDSA", *CURVES, *RSA]


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, length: int | None = None) -> str:
    """An unsigned big-endian number (RFC 7518 §2), in as few bytes as it needs unless a length is given."""
    return b64(value.to_bytes(length or max(1, (value.bit_length() + 7) // 8)))


def prime(random: Random, bits: int, exponent: int) -> int:
    """A prime, by the test of Miller and Rabin; its two highest bits are set, so that a product has its full length."""
    while True:
        candidate = random.getrandbits(bits) | 3 << bits - 2 | 1
        if candidate % exponent == 1 or any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23)):
            continue
        odd, shift = candidate - 1, 0
        while odd % 2 == 0:
            odd, shift = odd // 2, shift + 1
        for _ in range(16):
            power = pow(random.randrange(2, candidate - 1), odd, candidate)
            if power != 1 and all(pow(power, 2**step, candidate) != candidate - 1 for step in range(shift)):
                break
        else:
            return candidate


def rsa_key(random: Random, bits: int, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """A key pair of this many bits."""
    p, q = prime(random, bits // 2, exponent), prime(random, bits // 2, exponent)
    d = pow(exponent, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(exponent, p * q),
    )
    return numbers.private_key()


def elliptic_key(random: Random, algorithm: str) -> ec.EllipticCurvePrivateKey:
    """A key pair on the curve of an algorithm."""
    curve, _, length = CURVES[algorithm]
    return ec.derive_private_key(random.getrandbits(length * 8 - 16) + 2, curve)


def make_keys(random: Random) -> dict[str, list]:
    """Two key pairs for each algorithm, those for RSA the same for all of its six; of `weak`, 1024 bits, and e = 3."""
    pairs = {"EdDSA": [ed25519.Ed25519PrivateKey.from_private_bytes(random.randbytes(32)) for _ in range(2)]}
    for algorithm in CURVES:
        pairs[algorithm] = [elliptic_key(random, algorithm) for _ in range(2)]
    shared = [rsa_key(random, 2048) for _ in range(2)]
    pairs.update({algorithm: shared for algorithm in RSA})
    pairs["weak"] = [rsa_key(random, 1024), rsa_key(random, 2048, 3)]
    return pairs


def sign(algorithm: str, key, message: bytes, salt: int | None = None) -> bytes:
    """The signature of a message; for HS256 to HS512 the key is a secret. PS256 to PS512 have a random salt."""
    digest = HASHES[algorithm[-3:]] if algorithm != "EdDSA" else None
    match algorithm[:2]:
        case "HS":
            return hmac.digest(key, message, digest.name)
        case "Ed":
            return key.sign(message)
        case "ES":
            der = key.sign(message, ec.ECDSA(digest, deterministic_signing=True))
            length = (key.key_size + 7) // 8
            return b"".join(part.to_bytes(length) for part in decode_dss_signature(der))
        case "RS":
            return key.sign(message, padding.PKCS1v15(), digest)
        case _:
            length = digest.digest_size if salt is None else salt
            return key.sign(message, padding.PSS(padding.MGF1(digest), length), digest)


def jwk(algorithm: str, key, kid: str) -> dict:
    """The public entry, as Better Auth publishes it."""
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        members = {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
    elif isinstance(public, ec.EllipticCurvePublicKey):
        _, curve, length = CURVES[algorithm]
        point = public.public_numbers()
        members = {"kty": "EC", "crv": curve, "x": number(point.x, length), "y": number(point.y, length)}
    else:
        numbers = public.public_numbers()
        members = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    return {"alg": algorithm, **members, "kid": kid}


def private_members(key) -> dict:
    """What an issuer must not publish (RFC 7518 §6)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"d": b64(key.private_bytes_raw())}
    numbers = key.private_numbers()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"d": number(numbers.private_value, (key.key_size + 7) // 8)}
    names = {"d": "d", "p": "p", "q": "q", "dp": "dmp1", "dq": "dmq1", "qi": "iqmp"}
    return {name: number(getattr(numbers, field)) for name, field in names.items()}


def pem(key) -> bytes:
    """The public key as a file, which an attacker may use as a secret."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
