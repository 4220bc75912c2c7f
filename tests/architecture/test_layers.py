"""The layer rules hold, and each of them catches a planted violation."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FRONT = ROOT / "app" / "pwa"

PYTHON_VIOLATIONS = [
    ("app/domain/planted.py", "import app.store.db\n", "Layers point down"),
    ("app/store/planted.py", "import app.services.append\n", "Layers point down"),
    ("app/services/planted.py", "import app.api.errors\n", "Layers point down"),
    ("app/api/planted.py", "import app.pwa\n", "Layers point down"),
    ("app/domain/planted.py", "import sqlalchemy\n", "The domain is pure Python"),
    ("app/domain/planted.py", "import app.clock\n", "The domain is pure Python"),
    ("app/api/planted.py", "import app.store.people\n", "The edge reaches the store only through services"),
    ("app/services/planted.py", "import flask\n", "Services and store do not know Flask"),
]

FRONT_VIOLATIONS = [
    ("src/domain/planted.ts", "import '../db/schema';\n", "boundaries/dependencies"),
    ("src/db/planted.ts", "import '../sync/machine';\n", "boundaries/dependencies"),
    ("src/device/planted.ts", "import '../state/app';\n", "boundaries/dependencies"),
    ("src/state/planted.ts", "import '../ui/installer/route';\n", "boundaries/dependencies"),
    ("src/ui/planted.ts", "import '../db/schema';\n", "boundaries/dependencies"),
    ("src/ui/planted.ts", "import 'idb';\n", "boundaries/dependencies"),
    ("src/domain/planted.ts", "export const now = () => Date.now();\n", "no-restricted-globals"),
    ("src/domain/planted.ts", "export const chance = () => Math.random();\n", "no-restricted-properties"),
    ("src/state/planted.ts", "export const kept = localStorage;\n", "no-restricted-globals"),
    ("src/db/planted.ts", "export function save() {\n  Promise.reject(new Error('lost'));\n}\n", "@typescript-eslint/no-floating-promises"),
    ("src/sync/machine.ts", "export const reach = fetch;\n", "no-restricted-globals"),
]


@pytest.fixture
def python_copy(tmp_path: Path) -> Path:
    """The Python sources, to plant something in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("pwa", "__pycache__", "*.json"))
    (tmp_path / "app" / "pwa").mkdir()
    shutil.copy(ROOT / "app" / "pwa" / "__init__.py", tmp_path / "app" / "pwa")
    return tmp_path


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("path", "content", "rule"), PYTHON_VIOLATIONS)
def test_a_planted_import_is_caught(python_copy: Path, path: str, content: str, rule: str) -> None:
    (python_copy / path).write_text(content)
    found = lint_imports(python_copy)
    assert found.returncode == 1
    assert f"{rule} BROKEN" in found.stdout


def test_the_front_ends_layers_hold_and_catch_what_is_planted(tmp_path: Path) -> None:
    """One run over a copy with all violations planted: these rules must name each of them, and nothing else."""
    copy = tmp_path / "pwa"
    shutil.copytree(FRONT, copy, ignore=shutil.ignore_patterns("node_modules", "static"))
    (copy / "node_modules").symlink_to(FRONT / "node_modules")
    expected = set()
    for number, (path, content, rule) in enumerate(FRONT_VIOLATIONS):
        planted = copy / path.replace("planted", f"planted{number}")
        before = planted.read_text() if planted.exists() else ""
        planted.write_text(before + content)
        expected.add((str(planted.relative_to(copy)), rule))
    command = [str(ROOT / "tools" / "with-node.sh"), "node", "node_modules/eslint/bin/eslint.js", "--format", "json", "src"]
    found = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    reported = {
        (str(Path(file["filePath"]).relative_to(copy)), message["ruleId"])
        for file in json.loads(found.stdout)
        for message in file["messages"]
    }
    rules = {rule for _, rule in expected}
    assert {(file, rule) for file, rule in reported if rule in rules} == expected


def test_the_domain_loads_nothing_but_the_standard_library() -> None:
    modules = [f"app.domain.{path.stem}" for path in sorted((ROOT / "app" / "domain").glob("*.py"))]
    program = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print(sorted({'flask', 'sqlalchemy', 'marshmallow', 'PIL', 'cryptography'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
