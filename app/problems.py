"""Every problem that Doorstep answers with, one class each (RFC 9457, docs/PROBLEMS.md).

Any layer may raise one; `app.api.errors` turns it into problem+json. Whatever else escapes is a defect and is answered as
`internal` without detail.
"""

from typing import ClassVar


class Problem(Exception):
    """Something went wrong that the caller can understand and act on."""

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str = "", /, **members: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.members = members


class InvalidBody(Problem):
    """The request is not of the form that the API describes; `errors` lists pointers and reasons."""

    slug, title, status = "invalid-body", "The request does not have the expected form", 422


class NotFound(Problem):
    """There is no such thing here for this caller. What belongs to others looks the same."""

    slug, title, status = "not-found", "There is nothing here under this name", 404


class MethodNotAllowed(Problem):
    """The address exists, but not for this method."""

    slug, title, status = "method-not-allowed", "This address does not take that method", 405


class Unauthenticated(Problem):
    """Nobody is signed in, or the token is missing, wrong or expired."""

    slug, title, status = "unauthenticated", "Sign in first", 401


class SignInFailed(Problem):
    """Login and password do not belong together, or the account is closed."""

    slug, title, status = "sign-in-failed", "Login or password is wrong", 401


class Forbidden(Problem):
    """The caller is known and may see this, but may not do it."""

    slug, title, status = "forbidden", "This role may not do that", 403


class CrossSite(Problem):
    """A change was asked for from another site."""

    slug, title, status = "cross-site", "This request did not come from Doorstep's own pages", 403


class TooManyRequests(Problem):
    """Too many tries; `retry_after_s` says when to try again."""

    slug, title, status = "too-many-requests", "Too many tries", 429


class RequestTooLarge(Problem):
    """The body is larger than this address takes."""

    slug, title, status = "request-too-large", "The request is too large", 413


class EnrolmentCodeInvalid(Problem):
    """The code is wrong, used or expired; which of them is not told."""

    slug, title, status = "enrolment-code-invalid", "This enrolment code is not valid", 404


class ProofInvalid(Problem):
    """The proof is not the new key's signature over the code."""

    slug, title, status = "proof-invalid", "The key's proof does not verify", 422


class CertificateInvalid(Problem):
    """The certificate is not this server's, or not shown by the key that it was made for."""

    slug, title, status = "certificate-invalid", "The device's certificate does not verify", 422


class DeviceUnknown(Problem):
    """No device is enrolled under this id."""

    slug, title, status = "device-unknown", "This device is not enrolled", 401


class ChallengeStale(Problem):
    """The challenge is too old, of another lineage or of another device; `challenge` is a fresh one."""

    slug, title, status = "challenge-stale", "The challenge is stale: sign the fresh one", 401


class SealInvalid(Problem):
    """The seal does not verify with the device's key; `challenge` is a fresh one."""

    slug, title, status = "seal-invalid", "The seal does not verify", 401


class ProtocolUnsupported(Problem):
    """The request speaks a version of the protocol that this server does not."""

    slug, title, status = "protocol-unsupported", "This version of the protocol is not spoken here", 400


class BatchTooLarge(Problem):
    """More than 50 events or 256 KiB; send half."""

    slug, title, status = "batch-too-large", "The batch is too large: send half of it", 413


class ChainBroken(Problem):
    """An event of the batch does not follow from its bytes or its neighbour; `seq` names it."""

    slug, title, status = "chain-broken", "The batch is not one intact chain", 422


class BlobNotNamed(Problem):
    """No event of this device names the blob."""

    slug, title, status = "blob-not-named", "No event of this device names this blob", 404


class BlobOffset(Problem):
    """The chunk does not start where the held bytes end; `offset` is the right place."""

    slug, title, status = "blob-offset", "The chunk does not continue what is held", 409


class ChunkDamaged(Problem):
    """The chunk came cut short or changed; nothing was appended."""

    slug, title, status = "chunk-damaged", "The chunk arrived damaged", 400


class BlobDigestMismatch(Problem):
    """All bytes came, but they are not the blob of that name; what was held is dropped."""

    slug, title, status = "blob-digest-mismatch", "The bytes are not those of this blob", 422


class BlobTooLarge(Problem):
    """The blob is larger than 25 MiB, or the chunk larger than 4 MiB."""

    slug, title, status = "blob-too-large", "The blob is too large", 413


class NotAPicture(Problem):
    """The blob is no picture that can be shown; its bytes are kept."""

    slug, title, status = "not-a-picture", "This blob is not a picture that can be shown", 415


class UnknownGtin(Problem):
    """An order names an appliance model that is not in the catalogue; `gtin` says which."""

    slug, title, status = "unknown-gtin", "This model is not known here", 422


class OrderConflict(Problem):
    """The order's reference is known with another content; `job_id` is the job made from it."""

    slug, title, status = "order-conflict", "This order reference is known with another content", 409


class JobState(Problem):
    """A decision does not fit the job's present state; `stage` says what that is."""

    slug, title, status = "job-state", "The job is not in a state for that", 409


class StandardRefused(Problem):
    """The document is no standard, or cannot stand beside those in force; `pointer` says where, `reason` and its `values` say why."""

    slug, title, status = "standard-refused", "This is not a standard that can be published", 422


class DraftChanged(Problem):
    """Somebody else changed the draft since it was read; `rev` is what it is at now."""

    slug, title, status = "draft-changed", "The draft was changed by somebody else", 409


class StorageFullProblem(Problem):
    """The server has no room. Nothing was stored; the phone keeps everything and tries again."""

    slug, title, status = "storage-full", "The server has no room left", 507


class RescueFileInvalid(Problem):
    """The file is no whole rescue file, or one of another network; `reason` says which. Nothing was taken in."""

    slug, title, status = "rescue-file-invalid", "This is not a rescue file that can be taken in", 422


class Unavailable(Problem):
    """The server cannot work at present; `retry_after_s` says when to try again."""

    slug, title, status = "unavailable", "The server cannot work at present", 503


class Internal(Problem):
    """A defect. It was logged; trying again later is safe."""

    slug, title, status = "internal", "Something broke on the server", 500
