"""The supervisor's verdicts: findings, their end, and the approval that seals the proof (PROTOCOL R)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app import ids
from app.domain import checklist
from app.domain.events import JsonObject
from app.domain.job_state import find, open_findings
from app.problems import InvalidBody, JobState, NotFound
from app.services import conformity, proofs, standards
from app.services.desk import decide
from app.services.job_view import ENDED, state_of
from app.services.office import Office
from app.store import log
from app.store.db import writing
from app.store.jobs import JobView

REASONS = ("blurred", "dark", "wrong_subject", "incomplete", "unreadable", "not_to_standard", "other")
VERDICTS = ("accepted", "withdrawn")
FINDINGS_MAX = 50
_REVIEWED = (*ENDED, "returned")


def open_finding(office: Office, tenant_id: str, actor: str, job_id: str, finding: Mapping[str, Any]) -> str:
    """Say what is wrong with one photo or one answer, and send the job back to its crew; returns the finding's id (R1).

    `finding` is `{photo_id}` or `{step_id, unit_id, component}`, and `{reason, note, mark}`. Raises `NotFound`, `InvalidBody` when the
    job has no such photo or step, and `JobState` when its visit has not ended or the same thing is under an open finding already.
    """
    with writing() as session:
        view, state = _locked(session, tenant_id, job_id)
        if view.stage not in _REVIEWED:
            raise _state(view, "not_ended")
        target = _target(session, tenant_id, state, finding)
        still_open = open_findings(state)
        if any(all(one[name] == target[name] for name in target) for one in still_open):
            raise _state(view, "finding_open")
        if len(still_open) >= FINDINGS_MAX:
            raise _state(view, "too_many_findings")
        finding_id = ids.uuid7()
        opened = {"finding_id": finding_id, **target, **{name: finding.get(name) for name in ("reason", "note", "mark")}}
        returned = {"finding_ids": [*(one["finding_id"] for one in still_open), finding_id], "note": None}
        decide(session, office, tenant_id, actor, [(job_id, "finding.opened", opened), (job_id, "job.returned", returned)])
        return finding_id


def close_finding(
    office: Office, tenant_id: str, actor: str, job_id: str, finding_id: str, *, verdict: str, note: str | None = None
) -> int:
    """End a finding: `accepted` what the crew answered, or `withdrawn`; returns the job's rev.

    Raises `NotFound`, and `JobState` when the finding is closed already, has no answer to accept, or the job is settled.
    """
    with writing() as session:
        view, state = _locked(session, tenant_id, job_id)
        finding = find(state["findings"], "finding_id", finding_id)
        if finding is None:
            raise NotFound
        if view.stage not in _REVIEWED:
            raise _state(view, view.stage)
        if finding["status"] == "closed":
            raise _state(view, "finding_closed")
        if verdict == "accepted" and finding["status"] != "answered":
            raise _state(view, "not_answered")
        closed = {"finding_id": finding_id, "verdict": verdict, "note": note}
        return decide(session, office, tenant_id, actor, [(job_id, "finding.closed", closed)])[job_id]


def approve(office: Office, tenant_id: str, actor: str, job_id: str, *, rev: int, note: str | None = None) -> str:
    """Approve a job as it was at `rev` and seal its proof; returns the proof's id (R2, R3).

    Raises `NotFound`, and `JobState` with `why`: `changed` when the job went on since, else what `hindrances` says.
    """
    with writing() as session:
        view, _ = _locked(session, tenant_id, job_id)
        why = hindrances(view)
        if view.rev != rev:
            why.insert(0, "changed")
        if why:
            raise _state(view, *why)
        decide(session, office, tenant_id, actor, [(job_id, "job.approved", {"note": note})])
        conformity.keep(session, view)
        proof = proofs.seal(session, office, view)
        decide(session, office, tenant_id, actor, [(job_id, "job.sealed", {"proof_sha256": proof.sha256, "proof_id": proof.proof_id})])
        return proof.proof_id


def hindrances(view: JobView) -> list[str]:
    """Why a job cannot be approved now, as codes; empty when it can (R2)."""
    if view.stage in ("approved", "sealed", "cancelled"):
        return [view.stage]
    found = {
        "not_ended": view.stage not in _REVIEWED,
        "blobs_missing": view.blobs_missing > 0,
        "open_findings": view.open_findings > 0 or view.stage == "returned",
    }
    return [code for code, holds in found.items() if holds]


def _locked(session: Session, tenant_id: str, job_id: str) -> tuple[JobView, JsonObject]:
    view = log.lock_jobs(session, tenant_id, [job_id]).get(job_id)
    if view is None:
        raise NotFound
    return view, state_of(view)


def _target(session: Session, tenant_id: str, state: JsonObject, finding: Mapping[str, Any]) -> JsonObject:
    """What a finding is about: `{photo_id}` or `{step_id, unit_id, component}`, which the job must have."""
    photo_id = finding.get("photo_id")
    if photo_id is not None:
        if find(state["photos"], "photo_id", photo_id) is None:
            raise InvalidBody(errors=[{"pointer": "#/photo_id", "detail": "The job has no such photo."}])
        return {"photo_id": photo_id}
    target: JsonObject = {name: finding.get(name) for name in ("step_id", "unit_id", "component")}
    laid = checklist.steps(state, standards.pinned(session, tenant_id, state))
    if not any(all(step[name] == value for name, value in target.items()) for step in laid):
        raise InvalidBody(errors=[{"pointer": "#/step_id", "detail": "The job's checklist has no such step for that unit."}])
    return {"photo_id": None, **target}


def _state(view: JobView, *why: str) -> JobState:
    return JobState(stage=view.stage, rev=view.rev, why=list(why))
