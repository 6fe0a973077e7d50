"""The time of day: a date may be that of before the clock was set, or after, and no other."""

import time

import pytest

from starlette_conformance.model import clock
from starlette_conformance.model.expectations import HTTP_DATE
from tests.miniatures.raw_server import http_date

HOUR = 3600.0


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """By how much the clock is set. Nothing is known of earlier times."""
    real, by = time.time, [0.0]
    monkeypatch.setattr(clock, "_offsets", [])
    monkeypatch.setattr(time, "time", lambda: real() + by[0])
    return by


def accepts(moment: float, at: float) -> bool:
    return HTTP_DATE.accepts(http_date(moment).decode(), at)


def test_while_nobody_sets_the_clock_only_now_is_now(ahead: list[float]) -> None:
    now = clock.now()
    assert ahead == [0.0]
    assert accepts(now, now)
    assert not accepts(now + 2 * HOUR, now)
    assert not accepts(now - 2 * HOUR, now)


@pytest.mark.parametrize("by", [2 * HOUR, -5 * HOUR])
def test_a_date_of_before_or_after_the_clock_was_set_will_do(ahead: list[float], by: float) -> None:
    before = clock.now()
    ahead[0] = by
    after = before + by
    assert accepts(after, before)
    assert accepts(before, clock.now())
    assert accepts(after, clock.now())
    assert not accepts(before + HOUR, before)
    assert not accepts(after + HOUR, after)


def test_little_is_kept_of_a_clock_that_is_set_all_the_time(ahead: list[float]) -> None:
    for _ in range(100):
        ahead[0] += HOUR
        clock.now()
    assert len(clock._offsets) == clock.KEPT
