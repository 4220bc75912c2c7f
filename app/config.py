"""Settings, read once from the environment (table in docs/OPERATIONS.md)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from app import ids


class SettingsInvalid(Exception):
    """The environment holds something that Doorstep cannot start with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where in an S3-compatible store blobs lie. `endpoint` is the store's address; None means Amazon's of the region."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str


@dataclass(frozen=True, slots=True)
class S3Access:
    """What proves to the store who asks."""

    key_id: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "S3Access":
        """Read the environment's usual names; raises `SettingsInvalid` when one is missing."""
        try:
            return cls(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_SESSION_TOKEN"))
        except KeyError as missing:
            raise SettingsInvalid(f"Blobs in an S3-compatible store need {missing.args[0]} in the environment.") from missing


@dataclass(frozen=True)
class Settings:
    """What a running Doorstep is told from outside.

    `public_url` is where phones and browsers reach it, without a final slash. `trusted_proxies` counts the proxies in front
    whose forwarded headers are believed.
    """

    data: Path
    database_url: str
    blobs_url: str
    secret_key: str
    public_url: str
    trusted_proxies: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings, and make the data folder and a secret key when there are none.

        Raises `SettingsInvalid` for a value that cannot be meant.
        """
        port = environ.get("PORT", "8000")
        data = Path(environ.get("DOORSTEP_DATA", "var")).absolute()
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(
            data=data,
            database_url=_database_url(environ.get("DOORSTEP_DATABASE_URL") or f"sqlite:///{data / 'doorstep.db'}"),
            blobs_url=_blobs_url(environ.get("DOORSTEP_BLOBS_URL") or f"file://{data / 'blobs'}"),
            secret_key=environ.get("DOORSTEP_SECRET_KEY") or _kept_secret(data / "secret_key"),
            public_url=_public_url(environ.get("DOORSTEP_PUBLIC_URL") or f"http://localhost:{port}"),
            trusted_proxies=_count(environ.get("DOORSTEP_TRUSTED_PROXIES", "0")),
        )


def _database_url(url: str) -> str:
    """PostgreSQL is spoken through psycopg 3, whichever usual spelling the URL has."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    if scheme not in ("sqlite", "postgresql+psycopg") or not separator:
        raise SettingsInvalid("DOORSTEP_DATABASE_URL must begin with sqlite:// or postgresql://.")
    return url


def _blobs_url(url: str) -> str:
    blob_place(url)
    return url


def blob_place(url: str) -> Path | S3Place:
    """The folder or the bucket that `DOORSTEP_BLOBS_URL` means.

    Raises `SettingsInvalid`.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return Path(unquote(parts.path))
    asked = parse_qs(parts.query)
    if (
        parts.scheme == "s3"
        and parts.netloc
        and parts.netloc == parts.hostname
        and not parts.fragment
        and asked.keys() <= {"endpoint", "region"}
    ):
        endpoint = asked.get("endpoint", [None])[0]
        if endpoint is None or urlsplit(endpoint).scheme in ("http", "https"):
            return S3Place(parts.netloc, unquote(parts.path).strip("/"), endpoint, asked.get("region", ["us-east-1"])[0])
    raise SettingsInvalid(
        "DOORSTEP_BLOBS_URL must be a folder such as file:///var/lib/doorstep/blobs, "
        "or a bucket such as s3://bucket/prefix?endpoint=https://s3.example&region=eu-central-1."
    )


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise SettingsInvalid("DOORSTEP_PUBLIC_URL must be an address such as https://doorstep.example, without a path.")
    return url.rstrip("/")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 10:
        raise SettingsInvalid("DOORSTEP_TRUSTED_PROXIES must be a number from 0 to 10.")
    return int(text)


def _kept_secret(path: Path) -> str:
    """The secret key kept in the data folder; made by whichever process comes first."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(ids.token(32))
    return path.read_text("ascii")
