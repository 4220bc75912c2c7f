"""Keys, hashes, the log and the checking of the server's signatures: rules L1 to L7, S2, S8, B5 and E4."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

Json = dict[str, Any]

NO_HASH = "0" * 64


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(raw: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(raw).hexdigest()


def joined(*parts: object) -> bytes:
    """ASCII lines, each ending in a line feed."""
    return "".join(f"{part}\n" for part in parts).encode("ascii")


def stamp() -> str:
    """The time now as the wire wants it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uuid7() -> str:
    """A UUID of version 7."""
    number = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Key:
    """A key of this client's own (L6)."""

    def __init__(self, alg: str) -> None:
        self.alg = alg
        self._own = ec.generate_private_key(ec.SECP256R1()) if alg == "ES256" else ed25519.Ed25519PrivateKey.generate()

    def sign(self, text: bytes) -> str:
        """A signature in the wire's form."""
        if isinstance(self._own, ed25519.Ed25519PrivateKey):
            return b64(self._own.sign(text))
        r, s = decode_dss_signature(self._own.sign(text, ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def jwk(self) -> Json:
        """The public half."""
        public = self._own.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
        numbers = public.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}

    def thumbprint(self) -> str:
        """Hex SHA-256 of the RFC 7638 input."""
        return sha256(json.dumps(self.jwk(), sort_keys=True, separators=(",", ":")).encode())


@dataclass
class Office:
    """The server's public keys by id, from `GET /api/v1/keys`, and how many of its signatures were checked."""

    keys: dict[str, ec.EllipticCurvePublicKey]
    checked: int = 0

    @classmethod
    def from_reply(cls, reply: Json) -> Office:
        """Read the reply of `/api/v1/keys`."""
        keys = {}
        for one in reply["keys"]:
            assert one["alg"] == "ES256", one
            x, y = (int.from_bytes(unb64(one["public_key"][name]), "big") for name in ("x", "y"))
            keys[one["key_id"]] = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        return cls(keys)

    def word(self, receipt: Json) -> list[str]:
        """The lines of a signed text whose signature holds; AssertionError otherwise."""
        text, raw = receipt["text"].encode("ascii"), unb64(receipt["sig"])
        assert text.endswith(b"\n"), receipt
        assert len(raw) == 64, receipt
        signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            self.keys[receipt["key_id"]].verify(signature, text, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise AssertionError(f"the server's signature does not hold: {receipt}") from error
        lines: list[str] = text.decode("ascii").splitlines()
        assert lines[-1] == receipt["key_id"], "the last line names the key"
        self.checked += 1
        return lines


@dataclass
class Log:
    """One epoch of this device's log."""

    device_id: str
    key: Key
    epoch: int = 1
    events: list[Json] = field(default_factory=list)

    def append(self, body: Json, blobs: list[str]) -> Json:
        """Link one body to the log and return the event as it travels."""
        text = json.dumps(body, ensure_ascii=False)
        salt, seq = secrets.token_bytes(16), len(self.events) + 1
        digest = sha256(b"doorstep-body-v1\n" + salt + text.encode())
        header = joined("doorstep-event-v1", self.device_id, self.epoch, seq, self.head()[1], digest)
        sig = self.key.sign(header) if body["kind"] == "signoff.recorded" else None
        event = {"seq": seq, "prev": self.head()[1], "body": text, "salt": b64(salt), "hash": sha256(header), "sig": sig, "blobs": blobs}
        self.events.append(event)
        return event

    def head(self) -> tuple[int, str]:
        """The last event's seq and hash."""
        return (self.events[-1]["seq"], self.events[-1]["hash"]) if self.events else (0, NO_HASH)

    def seal(self, batch: list[Json], challenge: str) -> str:
        """The signature that a sync request needs (S2)."""
        seq, head = (batch[-1]["seq"], batch[-1]["hash"]) if batch else self.head()
        return self.key.sign(joined("doorstep-sync-v1", self.device_id, self.epoch, seq, head, challenge))
