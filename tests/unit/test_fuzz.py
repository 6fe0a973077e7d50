"""The fuzzer: it gives the same inputs for a seed, and finds what is wrong with a reader."""

import time

import pytest

from starlette_conformance.model.errors import UsageError
from tests.chaos import fuzz
from tests.chaos.outside import READERS, Reader


@pytest.mark.parametrize("name", READERS)
def test_no_damaged_input_is_a_finding(name: str) -> None:
    assert fuzz.fuzz(name, 60, 1).findings == []


def test_the_inputs_are_those_of_the_seed() -> None:
    reader = READERS["HAR"]
    first, again, other = (list(fuzz.inputs(reader, "HAR", 50, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert max(map(len, first)) <= reader.longest
    assert first[: len(reader.seeds)] == list(reader.seeds)


def test_a_traceback_and_a_wait_are_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads(data: bytes) -> None:
        if b"refused" in data:
            raise UsageError("in a sentence")
        if b"slow" in data:
            deadline = time.process_time() + 10
            while time.process_time() < deadline:
                pass
        if b"bad" in data:
            raise ValueError("no sentence")

    monkeypatch.setattr(fuzz, "SECONDS", 0.05)
    monkeypatch.setitem(READERS, "reader", Reader(reads, (b"good", b"refused", b"slow", b"bad")))
    found = fuzz.fuzz("reader", 4, 0).findings
    assert [data for data, _ in found] == [b"slow", b"bad"]
    assert found[0][1] == "took longer than 0.05 s of CPU time"
    assert found[1][1].endswith("ValueError: no sentence\n")
