"""Copies of the source tree: one as it is, and for each mutant one that differs in a single text."""

import os
import shutil
from pathlib import Path

from tests.simulation.mutants import Mutant

ROOT = Path(__file__).parents[3]
_FILES = ("wsgi.py", "pyproject.toml", "gunicorn.conf.py")
_FOLDERS = ("app", "docs", "migrations", "tests", "tools", "bench")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "static", "*.tsbuildinfo")
# What was installed or built is only read, so it may stay where it is.
_LINKED = (".venv", "app/pwa/node_modules", "app/pwa/static")


def copy(target: Path) -> None:
    """The tree as it is now; whatever else happens to it does not change the copy."""
    target.mkdir()
    for name in _FILES:
        shutil.copy2(ROOT / name, target / name)
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=_LEFT_OUT)
    _link_installed(target)


def plant(mutant: Mutant, base: Path, target: Path) -> None:
    """A tree like `base` with the mutant's bug in it. All other files are the same ones, compiled ones too.

    Raises `ValueError` when the text to replace does not occur exactly once: then the list is out of date.
    """
    text = (base / mutant.file).read_text("utf-8")
    if text.count(mutant.find) != 1 or mutant.find == mutant.replace:
        raise ValueError(f"the text to replace occurs {text.count(mutant.find)} times in {mutant.file}")
    linked = shutil.ignore_patterns("node_modules", "static", ".venv")
    shutil.copytree(base, target, ignore=linked, copy_function=os.link)
    _link_installed(target)
    place = target / mutant.file
    place.unlink()
    place.write_text(text.replace(mutant.find, mutant.replace), "utf-8")
    for compiled in (place.parent / "__pycache__").glob(f"{place.stem}.*"):
        compiled.unlink()


def _link_installed(target: Path) -> None:
    for name in _LINKED:
        if (ROOT / name).exists():
            (target / name).symlink_to(ROOT / name)
