"""Whether the server is alive and can serve, its public keys and its measures."""

from pathlib import Path
from typing import Any

from flask import Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from app.api import policy
from app.api.here import office
from app.api.parser import Blueprint
from app.problems import Unavailable
from app.services import phones, readiness

blp = Blueprint("health", __name__, description="Health, keys, measures")


@blp.route("/healthz", methods=["GET"])
@policy.public
def healthz() -> Response:
    """The process answers."""
    return Response("alive\n", content_type="text/plain")


@blp.route("/readyz", methods=["GET"])
@policy.public
def readyz() -> Response:
    """The database answers and is migrated, and blobs can be written; else 503 says what is wrong."""
    migrations = Path(current_app.root_path).parent / "migrations"
    faults = readiness.faults(office(), str(migrations))
    if faults:
        raise Unavailable(" ".join(faults), retry_after_s=5)
    return Response("ready\n", content_type="text/plain")


@blp.route("/metrics", methods=["GET"])
@policy.public
def metrics() -> Response:
    """Measures of this process, and of the whole office's phones, in Prometheus' text form; they name no person and no job."""
    whole = CollectorRegistry()
    overdue = Gauge("doorstep_phones_overdue", "Phones in service that hold or owe something for over 24 hours", registry=whole)
    overdue.set(phones.overdue_everywhere())
    return Response(generate_latest() + generate_latest(whole), content_type=CONTENT_TYPE_LATEST)


@blp.route("/api/v1/keys", methods=["GET"])
@policy.public
def keys() -> dict[str, Any]:
    """The server's public keys, to check receipts and proofs with."""
    key = office().key
    return {"keys": [{"key_id": key.key_id, "alg": "ES256", "public_key": key.public_jwk}]}
