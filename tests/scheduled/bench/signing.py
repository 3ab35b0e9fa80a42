"""How often a second this machine can sign at all: the floor under every token."""

import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def per_second(key: rsa.RSAPrivateKey, seconds: float) -> float:
    """RS256 signatures (RFC 7518 section 3.3) of one core that does nothing else."""
    signed, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        key.sign(b"header.payload", padding.PKCS1v15(), hashes.SHA256())
        signed += 1
    return signed / (time.perf_counter() - began)
