"""The only source of randomness: ids, salts, codes."""

import secrets
import time

from app.domain.log import to_b64


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance; sorts by the time it was made."""
    milliseconds = time.time_ns() // 1_000_000
    raw = bytearray(milliseconds.to_bytes(6, "big") + secrets.token_bytes(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def token_bytes(size: int) -> bytes:
    """`size` unpredictable bytes."""
    return secrets.token_bytes(size)


def token(size: int = 16) -> str:
    """An unpredictable base64url text of `size` random bytes; 16 give 22 characters."""
    return to_b64(secrets.token_bytes(size))


def words_password() -> str:
    """A password that a person can type: four groups of four letters and digits without look-alikes, about 80 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
