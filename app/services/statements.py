"""What the customer saw and drew: the blobs that sign-offs and agreements name, read back as data (PROTOCOL G1, G3, G6)."""

import hashlib
from operator import itemgetter

import orjson

from app.domain.events import JsonObject
from app.domain.job_state import key_of
from app.services.office import Office

BYTES_MAX = 262_144
AGREEMENTS_MAX = 40


def of_last_signoff(office: Office, tenant_id: str, state: JsonObject) -> tuple[JsonObject | None, JsonObject | None]:
    """The statement and the strokes of a job's last sign-off; None for what is not there yet, was not given, or is no JSON object."""
    if not state["signoffs"]:
        return None, None
    signoff = state["signoffs"][-1]
    return _read(office, tenant_id, signoff["statement_sha256"]), _read(office, tenant_id, signoff["strokes_sha256"])


def agreements(office: Office, tenant_id: str, state: JsonObject) -> dict[str, JsonObject]:
    """What the customer last agreed to at each step, `{text, strokes}` by the event's id, the newest `AGREEMENTS_MAX`; None as above."""
    last = {key_of(one): one for one in state["acknowledgements"]}
    shown = sorted(last.values(), key=itemgetter("rev"))[-AGREEMENTS_MAX:]
    return {
        one["event_id"]: {
            "text": _read(office, tenant_id, one["text_sha256"]),
            "strokes": _read(office, tenant_id, one["strokes_sha256"]),
        }
        for one in shown
    }


def _read(office: Office, tenant_id: str, sha256: str | None) -> JsonObject | None:
    """A verified blob that is a JSON object of a size that a sign-off may name; hashed once more, for it is shown as signed."""
    if sha256 is None or not office.blobs.has(tenant_id, sha256) or office.blobs.size(tenant_id, sha256) > BYTES_MAX:
        return None
    raw = office.blobs.path(tenant_id, sha256).read_bytes()
    if hashlib.sha256(raw).hexdigest() != sha256:
        return None
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
