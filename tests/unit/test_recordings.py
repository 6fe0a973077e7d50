"""What is kept of a stack, what is not, and when it is made anew."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.observations import ResponseOn
from starlette_conformance.model.request import Request
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay import corpus, recordings
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.recordings import Recordings
from starlette_conformance.replay.repeat import Seen
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.stacks import identity
from starlette_conformance.stacks.cache import VARIABLE

SENT = SentRequest("hello", Request("hello", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
OTHER = SentRequest("sse", Request("sse", b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"))
UNFINISHED = SentRequest("hello", Request("hello", b"GET / HT"))
WIRE = WireResponse(
    Response(200, {"vary": ("a", "b")}, b"\x00\xff", "OK", extensions=("x",), lines=()),
    ("Vary", "vary"),
    (1, 1),
    "head, then event 1",
    0.01,
    b"\xfe",
)
SCENARIO = Scenario("it responds", "hello", (), {ResponseOn("a"): Response(200, reason="OK")})


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(recordings, "is_unchanged", lambda: True)
    monkeypatch.setattr(recordings, "key_of_corpus", lambda: "corpus")


@pytest.fixture
def stack(tmp_path: Path) -> Environment:
    """As `provision` makes one."""
    folder = tmp_path / "cache" / "environments" / "key"
    record = folder / "lib/python3.11/site-packages/starlette-1.0.0.dist-info/RECORD"
    record.parent.mkdir(parents=True)
    record.write_text("starlette/app.py,sha256=a,1\n")
    return Environment("old", folder / "bin" / "python", "3.11.7", {"starlette": "1.0.0"})


def opened(*stacks: Environment, fresh: bool = False) -> Recordings:
    return recordings.recordings(stacks, fresh)[0]


def seen(*responses: WireResponse) -> Seen:
    found = Seen()
    for each in responses:
        found.note(each, "at once")
    return found


def outcome(stack: Environment, status: int) -> Outcome:
    response = Response(status, reason="OK", lines=())
    return Outcome({str(ResponseOn("a")): response}, stack)


def filled(stack: Environment) -> None:
    kept = opened(stack)
    kept.keep_responses({SENT: WIRE})
    kept.keep_outcomes({SCENARIO: outcome(stack, 200)})
    kept.keep_repeated([SENT], 500, {SENT: seen(WIRE, WIRE)})
    kept.save()


def test_what_is_kept_is_what_was_recorded(stack: Environment) -> None:
    assert not opened(stack).responses([SENT])
    filled(stack)
    kept = opened(stack)
    used = [kept.used]
    assert kept.responses([SENT, OTHER]) == {SENT: WIRE}
    assert kept.outcomes([SCENARIO])[SCENARIO] == SCENARIO.expected
    assert kept.repeated([SENT], 500) == {"hello": 2}
    assert [*used, kept.used] == [False, True]
    assert kept.repeated([SENT], 600) is kept.repeated([SENT, OTHER], 500) is None


def test_what_may_be_chance_is_not_kept(stack: Environment) -> None:
    kept = opened(stack)
    late, none = replace(WIRE, first=0.9), replace(WIRE, first=None)
    kept.keep_responses({SENT: late, OTHER: none, UNFINISHED: none})
    kept.keep_outcomes({SCENARIO: outcome(stack, 500)})
    assert [*kept.responses([SENT, OTHER, UNFINISHED])] == [UNFINISHED]
    assert not kept.outcomes([SCENARIO])
    kept.keep_responses({SENT: WIRE, OTHER: WIRE})
    kept.keep_repeated([SENT, OTHER], 500, {SENT: seen(WIRE, replace(WIRE, rest=b""))})
    assert [*kept.responses([SENT, OTHER])] == [OTHER]
    assert kept.repeated([SENT, OTHER], 500) is None
    kept.forget([OTHER])
    assert not kept.responses([OTHER])


def test_fresh_recordings_take_the_place_of_what_was_kept(stack: Environment) -> None:
    filled(stack)
    kept = opened(stack, fresh=True)
    assert not kept.responses([SENT])
    kept.keep_responses({OTHER: WIRE})
    kept.save()
    assert [*opened(stack).responses([SENT, OTHER])] == [OTHER]


def test_a_damaged_file_is_said_and_counts_as_none(
    stack: Environment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(stack)
    (file,) = (tmp_path / "cache" / "recordings").iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:-9], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]):
        file.write_bytes(damaged)
        assert not opened(stack).responses([SENT])
        assert capsys.readouterr().err == f"{file}: damaged, so it is made anew\n"
    filled(stack)
    assert opened(stack).responses([SENT])


def test_of_a_stack_beside_itself_nothing_is_kept(stack: Environment) -> None:
    filled(stack)
    assert not opened(stack, replace(stack, name="new")).responses([SENT])


def test_a_change_while_it_is_recorded_is_noticed(
    stack: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "is_unchanged", lambda: False)
    filled(stack)
    assert not opened(stack).responses([SENT])


def test_another_app_spec_or_engine_is_another_key(
    stack: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which files the key is, `test_cache_keys.py` says."""
    filled(stack)
    monkeypatch.setattr(recordings, "key_of_corpus", lambda: "another")
    assert not opened(stack).responses([SENT])


def test_what_changes_while_a_run_looks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "key", lambda: "another")
    assert not corpus.is_unchanged()
    monkeypatch.undo()
    assert corpus.is_unchanged()


def test_other_packages_another_python_or_machine_are_another_stack(
    stack: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [identity.identity(stack)]
    assert identity.identity(replace(stack, name="another name")) == keys[0]
    keys.append(identity.identity(replace(stack, python="3.11.8")))
    (record,) = stack.interpreter.parent.parent.glob("lib/*/site-packages/*/RECORD")
    record.write_text("starlette/app.py,sha256=b,1\n")
    keys.append(identity.identity(stack))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    keys.append(identity.identity(stack))
    kernel = SimpleNamespace(system="Linux", release="another", machine="x86_64")
    monkeypatch.setattr("platform.uname", lambda: kernel)
    keys.append(identity.identity(stack))
    assert None not in keys
    assert len(set(keys)) == 5


def test_what_somebody_else_may_change_has_no_key(stack: Environment, tmp_path: Path) -> None:
    assert identity.identity(replace(stack, passes_variables=True)) is None
    assert identity.identity(replace(stack, ahead=tmp_path)) is None
    elsewhere = tmp_path / "venv" / "bin" / "python"
    assert identity.identity(replace(stack, interpreter=elsewhere)) is None
