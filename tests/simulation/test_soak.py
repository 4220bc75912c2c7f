"""The report of a soak."""

import json
from pathlib import Path

import pytest

from tests.simulation import soak


def test_a_part_is_run_and_reported_and_joins_what_was_found_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {"commit": "0123456789ab", "kills": 3, "facts": 7, "lost": 1, "exit": 1, "failures": [{"seed": 5, "why": "a fact is lost"}]}
    (tmp_path / "results.json").write_text(json.dumps({"server_kills": before}), "utf-8")
    assert soak.main(["--only", "model", "--scale", "0.0001", "--seed", "1", "--into", str(tmp_path)]) == 1
    report = (tmp_path / "report.md").read_text("utf-8")
    (model,) = [line for line in report.splitlines() if line.startswith("| model (scale 0.0001) | 100 schedules |")]
    assert model.endswith(f"| {soak._commit()} | passed |")
    assert "| server_kills | 3 kills | 7 | – | 1 | – | – | – | – | 0123456789ab | failed |" in report
    assert "**server_kills**, seed 5: a fact is lost" in report
    assert report in capsys.readouterr().out
