"""The study of stacks compared with themselves: what its table counts."""

from studies.same_stacks import Run, table

QUIET: Run = {
    "stack": "documented",
    "busy": 0,
    "exit": 0,
    "load": 0.4,
    "seconds": 9.0,
    "differing": 0,
    "unstable": [],
    "unconfirmed": [],
    "not_compared": [],
}
BUSY: Run = {
    **QUIET,
    "busy": 2,
    "exit": 1,
    "load": 3.0,
    "seconds": 20.0,
    "differing": 3,
    "unstable": ["one"],
    "unconfirmed": [{"fields": ["arrivals", "status"]}],
}
FAILED: Run = {"stack": "latest", "busy": 0, "exit": 3, "load": 9.0, "failed": "not installable"}


def test_a_table_counts_what_is_false_with_and_without_load() -> None:
    assert list(table([QUIET, FAILED, QUIET, BUSY]))[2:] == [
        "| nothing of ours | 3 | 2 | 0 | 0 | 0 | 2 × 0, 1 × 3 | 9.0 | 0 to 9 |",
        "| 2 busy loops | 1 | 1 | 3 | 1 | 1 × arrivals, 1 × status | 1 × 1 | 20.0 | 3 to 3 |",
    ]
