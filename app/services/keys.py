"""Keys: the server's own, which signs receipts and proofs, and reading the devices' public ones."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from app import ids
from app.domain.log import from_b64, to_b64

ALGORITHMS = ("ES256", "EdDSA")
_P256_BYTES = 32

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True)
class ServerKey:
    """The server's signing key, ES256."""

    private: ec.EllipticCurvePrivateKey
    public_jwk: dict[str, str]
    key_id: str

    def sign(self, text: bytes) -> str:
        """The signature over `text`: raw r‖s as base64url."""
        r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return to_b64(r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big"))


def server_key(folder: Path) -> ServerKey:
    """The server's key in `folder`, made there on first use by whichever process comes first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "server_key.pem"
    if not path.exists():
        _place_once(path, _new_pem())
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} is not a P-256 key")
    numbers = private.public_key().public_numbers()
    jwk = {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
    return ServerKey(private, jwk, thumbprint(jwk)[:16])


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the key's RFC 7638 thumbprint input."""
    members = ("crv", "kty", "x", "y") if jwk.get("kty") == "EC" else ("crv", "kty", "x")
    text = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read_public_key(alg: str, jwk: Mapping[str, Any]) -> PublicKey:
    """A device's public key.

    Raises `ValueError` when the JWK is not a public key for `alg`.
    """
    try:
        if alg == "ES256" and jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
            x, y = (int.from_bytes(from_b64(jwk[name]), "big") for name in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        if alg == "EdDSA" and jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(from_b64(jwk["x"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the key lacks a member") from error
    raise ValueError(f"not a public key for {alg}")


def verifies(key: PublicKey, signature: str | None, text: bytes) -> bool:
    """Whether `signature`, base64url, is the key's over `text`."""
    try:
        raw = from_b64(signature or "")
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(raw, text)
        else:
            key.verify(_der(raw), text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _der(raw: bytes) -> bytes:
    if len(raw) != 2 * _P256_BYTES:
        raise ValueError("an ES256 signature has 64 bytes")
    return encode_dss_signature(int.from_bytes(raw[:_P256_BYTES], "big"), int.from_bytes(raw[_P256_BYTES:], "big"))


def _coordinate(number: int) -> str:
    return to_b64(number.to_bytes(_P256_BYTES, "big"))


def _new_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _place_once(path: Path, content: bytes) -> None:
    """Put a file at `path` whole, unless another process was first."""
    own = path.with_suffix(f".{ids.token(6)}")
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
