"""Bugs of the server: what it may not do with what phones send."""

from tests.simulation.mutants import Mutant

_SYNC = "tests/api/test_sync.py::"

MUTANTS = (
    Mutant(
        name="fork-overwrites",
        file="app/services/append.py",
        find="""        log.insert_fork(session, _fork_row(author, link, now))
""",
        replace="""        pass
""",
        imitates="H54: of two phones with one identity, only the first branch is kept",
        found_by=("pytest", f"{_SYNC}test_s9_a_second_branch_is_kept_and_gets_a_new_epoch[sqlite]"),
    ),
)
