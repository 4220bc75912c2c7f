"""Blobs in and out (PROTOCOL B)."""

import base64
import gzip
import re
from functools import lru_cache

from flask import Response, json, request, send_file

from app.api import policy
from app.api.here import Caller, caller, office
from app.api.parser import Blueprint
from app.problems import Forbidden, InvalidBody, NotFound
from app.services import media, standards, uploads
from app.services.uploads import Chunk, Held

blp = Blueprint("blobs", __name__, url_prefix="/api/v1", description="Photos, statements, strokes, standards: bytes by their hash")

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):", re.ASCII)
_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_OFFICE = ("supervisor", "dispatcher", "editor", "admin")
_A_YEAR_S = 31_536_000


@blp.route("/blobs/<sha256>", methods=["PATCH"])
@blp.doc(
    parameters=[
        {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": about}
        for name, about in (
            ("Upload-Offset", "Bytes held before this chunk"),
            ("Upload-Length", "The whole blob's length in bytes"),
            ("Content-Digest", "sha-256=:…: of this chunk (RFC 9530)"),
        )
    ],
    requestBody={"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    responses={
        200: {"description": "The blob is whole; the body has its receipt"},
        204: {"description": "Appended; Upload-Offset says how far"},
    },
)
@policy.device(uploading=True)
def patch_blob(sha256: str) -> Response:
    """Append a chunk. The last one makes the server check the whole, sync it to disk and answer with a receipt."""
    device = caller()
    held = uploads.receive(office(), device.tenant_id, device.device_id, _digest(sha256), _chunk(), request.stream.read)
    if held.receipt is None:
        return _offsets(Response(status=204), held)
    reply = Response(_json(sha256, held), content_type="application/json")
    return _offsets(reply, held)


@blp.route("/blobs/<sha256>", methods=["GET", "HEAD"])
@policy.device_or_console(*_OFFICE, uploading=True)
def get_blob(sha256: str) -> Response:
    """The original bytes, as an attachment. HEAD by a device says how many bytes are held (Upload-Offset)."""
    who = caller()
    if request.method == "HEAD" and who.kind == "device":
        return _offsets(Response(status=200), uploads.offset(office(), who.tenant_id, who.device_id, _digest(sha256)))
    _require_readable(who, sha256)
    whole = office().blobs.path(who.tenant_id, sha256)
    response = send_file(whole, mimetype="application/octet-stream", as_attachment=True, download_name=sha256)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return _kept_privately(response)


@blp.route("/blobs/<sha256>/<any(view, thumb):size>", methods=["GET"])
@policy.device_or_console(*_OFFICE)
def get_picture(sha256: str, size: str) -> Response:
    """The photo, upright, re-encoded and without metadata: `view` up to 1600 pixels, `thumb` up to 320."""
    who = caller()
    _require_readable(who, sha256)
    return _kept_privately(send_file(media.derived(office(), who.tenant_id, sha256, size)))


@blp.route("/standards/<digest>", methods=["GET"])
@policy.device_or_console(*_OFFICE)
def get_standard(digest: str) -> Response:
    """The exact bytes of a standard's version; the digest is their SHA-256."""
    document = standards.document(caller().tenant_id, _digest(digest))
    response = Response(document, content_type="application/json")
    if request.accept_encodings.quality("gzip") > 0:
        response = Response(_smaller(document), content_type="application/json", headers={"Content-Encoding": "gzip"})
    response.headers.add("Vary", "Accept-Encoding")
    return _kept_privately(response)


@lru_cache(maxsize=64)
def _smaller(document: bytes) -> bytes:
    """A document compressed, once for all phones that fetch it."""
    return gzip.compress(document, mtime=0)


def _require_readable(who: Caller, sha256: str) -> None:
    if who.upload_only:
        raise Forbidden
    uploads.require_readable(who.tenant_id, _digest(sha256), who.user_id if who.kind == "device" else None)


def _digest(text: str) -> str:
    """A name of a blob; anything else is a blob that does not exist."""
    if not _SHA256.fullmatch(text):
        raise NotFound
    return text


def _chunk() -> Chunk:
    digest = _DIGEST.fullmatch(request.headers.get("Content-Digest", ""))
    if digest is None:
        raise InvalidBody("Content-Digest must be sha-256=:…: of this chunk.")
    if request.content_length is None:
        raise InvalidBody("Content-Length must say how long this chunk is.")
    return Chunk(
        offset=_count("Upload-Offset"),
        blob_length=_count("Upload-Length"),
        length=request.content_length,
        sha256=base64.b64decode(digest[1]),
    )


def _count(header: str) -> int:
    text = request.headers.get(header, "")
    if not _COUNT.fullmatch(text):
        raise InvalidBody(f"{header} must be a count of bytes.")
    return int(text)


def _offsets(response: Response, held: Held) -> Response:
    response.headers["Upload-Offset"] = str(held.offset)
    if held.length is not None:
        response.headers["Upload-Length"] = str(held.length)
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(sha256: str, held: Held) -> str:
    return json.dumps({"sha256": sha256, "size": held.length, "receipt": held.receipt})


def _kept_privately(response: Response) -> Response:
    """What a hash names never changes, so it may be kept; but only by the browser that asked."""
    response.headers["Cache-Control"] = f"private, max-age={_A_YEAR_S}, immutable"
    return response
