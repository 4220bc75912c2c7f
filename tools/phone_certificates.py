"""A certificate authority of this machine's own, and a certificate for its addresses in the local network."""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = "Doorstep on this machine"
AUTHORITY_LASTS = timedelta(days=730)
CERTIFICATE_LASTS = timedelta(days=90)  # phones refuse certificates that last for years
SIGNS_ONLY = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Certificates:
    """Files: the authority that a phone is told to trust, and what the server presents."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, addresses: Sequence[str]) -> Certificates:
    """The authority is made once and kept, so that a phone trusts it once; the server's certificate is made anew for `addresses`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Certificates(folder / "authority.crt", folder / "server.crt", folder / "server.key")
    authority_key = _kept_key(folder / "authority.key")
    authority = _kept_authority(made.authority, authority_key)
    key = ec.generate_private_key(ec.SECP256R1())
    _write_key(made.key, key)
    names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    certificate = (
        _builder(_name("Doorstep"), authority.subject, key.public_key(), authority_key.public_key(), CERTIFICATE_LASTS)
        .add_extension(x509.SubjectAlternativeName([*names, x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return made


def _kept_authority(path: Path, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The one that phones trust already, unless it will run out before a certificate that it signs today."""
    if path.exists():
        kept = x509.load_pem_x509_certificate(path.read_bytes())
        if kept.not_valid_after_utc > datetime.now(UTC) + CERTIFICATE_LASTS:
            return kept
    authority = (
        _builder(_name(AUTHORITY), _name(AUTHORITY), key.public_key(), key.public_key(), AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(SIGNS_ONLY, critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return authority


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    """What both have in common, with the two key identifiers that strict clients ask for."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _kept_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        _write_key(path, ec.generate_private_key(ec.SECP256R1()))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not the authority's key: remove it to make a new one.")
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.unlink(missing_ok=True)
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
