"""Ctrl-C, SIGTERM or SIGHUP of every verb, early on, at moments by a seed.

`python -m tests.chaos.interrupts` sends each verb all three, later as well.
"""

from pathlib import Path

import pytest

from starlette_conformance.cli.topics import TOPICS
from tests.chaos.interrupts import SIGNALS, VERBS, interrupted
from tests.chaos.machines import warm

LONGEST = 1.5
SECONDS = 10.0
"""Verbs end within 2 s, where nobody else uses the machine."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return warm(tmp_path_factory.mktemp("interrupts"))


def test_no_verb_is_left_out() -> None:
    verbs = {name for topic in TOPICS.values() for name in topic}
    assert {words[0] for words in VERBS.values()} == verbs


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("number", "verb"), [*enumerate(VERBS)])
def test_a_verb_ends_by_a_signal_and_leaves_nothing(
    number: int, verb: str, tmp_path: Path, cache: Path
) -> None:
    by = SIGNALS[number % len(SIGNALS)]
    for _, done, wrong in interrupted(verb, tmp_path, cache, 15, [by], LONGEST):
        assert not wrong
        assert done.at is None or done.seconds - done.at < SECONDS
