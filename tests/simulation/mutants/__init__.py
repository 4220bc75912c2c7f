"""Planted bugs, each like one that cost somebody their work, and the runner that shows that the tests find every one.

`python -m tests.simulation.mutants` copies the tree, puts one bug into it at a time and runs the test that must turn red. The lists are
the modules of this folder that have a tuple `MUTANTS`; a new one needs no other change.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: in `file`, the text `find`, which occurs there once, is replaced by `replace`.

    `imitates` names the incident or hazard it stands for. `found_by` is the quick test that must fail with it and pass without:
    `("pytest", "tests/api/test_sync.py::test_name[sqlite]", …)`, `("vitest", "src/sync/machine.test.ts")`, the latter perhaps with
    `"-t", "words of one test"`, or `("python", "-m", "tests.simulation.model", "--count", "200", "--seed", "1")` for a simulation, whose
    last line of output lists its `failures`.
    """

    name: str
    file: str
    find: str
    replace: str
    imitates: str
    found_by: tuple[str, ...]
