"""The protocol's page is enough: a stranger's client does a day's work through every trouble, and finds all of it once."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.store.blobs import Blob
from app.store.db import db
from app.store.events import FOLDED, EventRow
from tests.live import Live

HERE = Path(__file__).parent
JOBS = 12
ALGORITHM = {"sqlite": "ES256", "postgresql": "EdDSA"}


def test_the_stranger_shares_no_code_with_doorstep() -> None:
    allowed = sys.stdlib_module_names | {"cryptography"}
    for path in HERE.glob("*.py"):
        if path.name == Path(__file__).name:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert {name.partition(".")[0] for name in names} <= allowed, f"{path.name} imports {names}"
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{path.name} reaches out of its folder"


def test_a_strangers_day_is_found_once_and_whole(live: Live, tmp_path: Path) -> None:
    world = live.world()
    jobs = {world.job(world.wang, serial=f"WM{number:04}") for number in range(JOBS)}
    report = _run(tmp_path, "--port", str(live.server.port), f"--code={world.code()}", "--alg", ALGORITHM[live.dialect])
    assert (report["jobs"], report["events"], report["photos"], report["blobs"]) == (JOBS, 480, 120, 144)
    assert len(report["troubles"]) == 21, "every trouble was met"
    db.session.rollback()
    stored = db.session.scalars(select(EventRow).where(EventRow.device_id == report["device_id"]).order_by(EventRow.seq)).all()
    assert [row.seq for row in stored] == list(range(1, 481))
    assert {row.standing for row in stored} == {FOLDED}
    assert {row.job_id for row in stored} == jobs
    assert len({row.event_id for row in stored}) == 480
    assert db.session.scalar(select(func.count()).select_from(Blob).where(Blob.tenant_id == world.tenant_id)) == 144
    assert all(world.view(job_id).blobs_missing == 0 for job_id in jobs)
    live.check_views_and_logs()


def _run(folder: Path, *words: str) -> dict[str, Any]:
    """Run the stranger as a program of its own, from a copy that Doorstep's code is not beside."""
    shutil.copytree(HERE, folder / "alone" / "stranger", ignore=shutil.ignore_patterns("test_*", "__pycache__"))
    command = [sys.executable, "-P", "-c", "import sys, runpy; sys.path.insert(0, '.'); runpy.run_module('stranger', run_name='__main__')"]
    done = subprocess.run([*command, *words], cwd=folder / "alone", capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        pytest.fail(done.stderr[-4_000:])
    report: dict[str, Any] = json.loads(done.stdout)
    return report
