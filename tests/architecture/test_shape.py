"""Habits that a linter does not know: sizes of files, names that say nothing, things that are left behind."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LINES_MAX = 400
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "core", "misc"}
LEFT_BEHIND = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-nocheck|pytest\.mark\.(skip|xfail)|\b(it|test|describe)\.(skip|only)\b")


def sources() -> list[Path]:
    """Every source file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.ts", "*.tsx", "*.css", "*.sh"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split() if (ROOT / name).exists()]


def test_no_file_is_everyones_drawer() -> None:
    too_long = {str(path.relative_to(ROOT)): lines for path in sources() if (lines := len(path.read_text().splitlines())) > LINES_MAX}
    assert {name for name in too_long if not name.startswith("migrations/")} == set()


def test_names_say_what_they_are() -> None:
    assert [path for path in sources() if {part.split(".")[0] for part in path.relative_to(ROOT).parts} & NAMES_THAT_SAY_NOTHING] == []


def test_nothing_is_left_behind() -> None:
    here = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        if path != here
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if LEFT_BEHIND.search(line)
    ]
    assert found == []


def test_every_migration_is_named_by_its_day() -> None:
    names = [path.name for path in (ROOT / "migrations" / "versions").glob("*.py")]
    assert names
    assert [name for name in names if not re.fullmatch(r"\d{8}_[a-z0-9_]+\.py", name)] == []
