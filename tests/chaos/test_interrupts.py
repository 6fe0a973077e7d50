"""Ctrl-C, SIGTERM and SIGHUP of every verb, at moments by a seed."""

from pathlib import Path

import pytest

from starlette_conformance.cli.topics import TOPICS
from tests.chaos.interrupts import VERBS, interrupted
from tests.chaos.machines import warm

SECONDS = 10.0
"""Verbs end within 2 s, where nobody else uses the machine."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return warm(tmp_path_factory.mktemp("interrupts"))


def test_no_verb_is_left_out() -> None:
    verbs = {name for topic in TOPICS.values() for name in topic}
    assert {words[0] for words in VERBS.values()} == verbs


@pytest.mark.timeout(300)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_ends_by_a_signal_and_leaves_nothing(verb: str, tmp_path: Path, cache: Path) -> None:
    for _, done, wrong in interrupted(verb, tmp_path, cache, seed=15):
        assert not wrong
        assert done.at is None or done.seconds - done.at < SECONDS
