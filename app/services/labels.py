"""Codes to print: unit labels, enrolment links, proofs."""

from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode

from app.domain.events import JsonObject
from app.problems import NotFound
from app.services import enrol, proofs
from app.services.job_view import state_of
from app.services.office import Office
from app.store.db import reading
from app.store.jobs import JobView

_QUIET_MODULES = 4


def qr_svg(text: str, correction: int = ERROR_CORRECT_M) -> str:
    """A QR code as an SVG without styles or scripts, black on white with its quiet zone; it scales to whatever size it is given."""
    code = QRCode(error_correction=correction, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    side = len(rows) + 2 * _QUIET_MODULES
    runs = "".join(
        f"M{_QUIET_MODULES + start} {_QUIET_MODULES + y}h{end - start}v1h-{end - start}z"
        for y, row in enumerate(rows)
        for start, end in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{runs}"/></svg>\n'
    )


def label_svg(office: Office, tenant_id: str, job_id: str, unit_id: str) -> str:
    """The QR code of one unit's label: its address `/l/<unit_id>`, which means nothing outside the app.

    Raises `NotFound`.
    """
    if unit_id not in {unit["unit_id"] for unit in sheet(tenant_id, job_id)["units"]}:
        raise NotFound
    return qr_svg(f"{office.settings.public_url}/l/{unit_id}", ERROR_CORRECT_Q)


def sheet(tenant_id: str, job_id: str) -> JsonObject:
    """What a job's labels say: `{job_id, order_ref, units: [{unit_id, name, components}]}`. Nothing about the customer.

    Raises `NotFound`.
    """
    with reading() as session:
        view = session.get(JobView, job_id)
        if view is None or view.tenant_id != tenant_id:
            raise NotFound
        state = state_of(view)
    units = [{name: unit[name] for name in ("unit_id", "name", "components")} for unit in state["units"]]
    return {"job_id": job_id, "order_ref": state["order_ref"], "units": units}


def new_enrolment(office: Office, tenant_id: str, user_id: str, made_by: str) -> JsonObject:
    """A one-time code for an installer's phone with its link and QR code: `{code, url, qr_svg, expires_at}`.

    Raises `NotFound`.
    """
    code = enrol.make_code(office, tenant_id, user_id, made_by)
    return {"code": code.code, "url": code.url, "qr_svg": qr_svg(code.url), "expires_at": code.expires_at}


def proof_svg(office: Office, tenant_id: str, job_id: str) -> str:
    """The QR code of a job's proof, which `/verify` checks.

    Raises `NotFound`.
    """
    return qr_svg(proofs.of_job(office, tenant_id, job_id).verify_url, ERROR_CORRECT_L)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules begin and end in a row."""
    edges = [x for x in range(len(row) + 1) if (x > 0 and row[x - 1]) != (x < len(row) and row[x])]
    return list(zip(edges[::2], edges[1::2], strict=True))
