"""Defects that only scenarios of an app of their own show, planted in what is installed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.model.scenario import Scenario
from starlette_conformance.scenarios.outcome import mismatches
from starlette_conformance.scenarios.stage import Stage
from starlette_conformance.stacks.patched_copies import copied, replace_text
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.provision import provision

ONCE = """made = ping_message_factory and ping_message_factory()
        self.ping_message_factory = made and (lambda: made)"""

DEFECTS = {
    "data: a line is split at U+2028": (
        "sse_starlette/event.py",
        "for chunk in self._LINE_SEP_EXPR.split(str(self.data)):",
        "for chunk in self._LINE_SEP_EXPR.split(str(self.data).replace('\\u2028', '\\n')):",
        "an app yields data in every form",
        {"data-no-breaks: body"},
    ),
    "a time to wait of 0 is left out": (
        "sse_starlette/event.py",
        "if self.retry is not None:",
        "if self.retry is not None and self.retry != 0:",
        "an app yields ids, event names and times to wait in every form",
        {"retry: body"},
    ),
    "a comment has no blank": (
        "sse_starlette/event.py",
        'buffer.write(f": {chunk}{self._sep}")',
        'buffer.write(f":{chunk}{self._sep}")',
        "an app yields comments in every form",
        {
            *("comment: body", "comment-empty: body", "comment-breaks: body"),
            *("comment-no-breaks: body", "comment-beside-data: body", "comment-beside-all: body"),
        },
    ),
    "JSON is written in ASCII": (
        "sse_starlette/event.py",
        "ensure_ascii=False",
        "ensure_ascii=True",
        "an app yields events that are text, bytes, objects or JSON",
        {"json: body", "object-comment: body"},
    ),
    "text ends its lines in CRLF": (
        "sse_starlette/event.py",
        "return ServerSentEvent(str(data), sep=sep).encode()",
        "return ServerSentEvent(str(data)).encode()",
        "an app yields events whose lines end as the app says",
        {"separated/lf: body", "separated/cr: body"},
    ),
    "a stream may be stored": (
        "sse_starlette/sse.py",
        '_headers.setdefault("Cache-Control", "no-store")',
        '_headers["Cache-Control"] = "no-store"',
        "an app yields an event, and has headers and a task of its own",
        {"headers: header cache-control"},
    ),
    "later pings are slower": (
        "sse_starlette/sse.py",
        "await anyio.sleep(self._ping_interval)\n",
        "await anyio.sleep(self._ping_interval)\n            self._ping_interval *= 2\n",
        "a stream is pinged each second, as usual",
        {"the stream: body"},
    ),
    "the pings of an app are made once": (
        "sse_starlette/sse.py",
        "self.ping_message_factory = ping_message_factory",
        ONCE,
        "a stream is pinged each second, by events of the app",
        {"the stream: body"},
    ),
    "the time of a file is never a later one": (
        "starlette/responses.py",
        "formatdate(stat_result.st_mtime, usegmt=True)",
        "formatdate(min(stat_result.st_mtime, 1744419781), usegmt=True)",
        "a file changes between two requests",
        {"touched, and the old one known: header last-modified"},
    ),
    "chunks of text are in Latin-1": (
        "starlette/responses.py",
        "chunk = chunk.encode(self.charset)",
        "chunk = chunk.encode('latin-1', 'replace')",
        "an app sends its responses in chunks",
        {"GET /text: body"},
    ),
    "SIGHUP is a graceful end": (
        "uvicorn/server.py",
        "    signal.SIGTERM,  # Unix signal 15. Sent by `kill <pid>`.\n",
        "    signal.SIGTERM,\n    signal.SIGHUP,\n",
        "SIGHUP after a request",
        {"log"},
    ),
}
"""By what each does: the file, what stands there, what is put in its place, the scenario that shows
it, and where. They are planted together.
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("planted") / "copy"
    known = provision(catalogue().named("starlette-1.10.0"))
    damaged = copied(known.interpreter, folder)
    for file, old, new, _, _ in DEFECTS.values():
        replace_text(folder, file, old, new)
    with Stage(replace(known, interpreter=Path(damaged))) as opened:
        yield opened


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_seen_where_it_shows(defect: str, stage: Stage) -> None:
    *_, name, where = DEFECTS[defect]
    scenario = named(name)
    outcome = stage.play(scenario).outcome
    wanted = outcome.compare(scenario.expected).expected
    assert {each.where for each in mismatches(outcome, wanted)} == where


def test_a_server_that_is_killed_leaves_no_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    scenario = named("a file changes between two requests")  # its app makes a folder of its own
    with Stage(provision(catalogue().named("starlette-1.10.0"))) as stage:
        outcome = stage.play(scenario).outcome
        assert not mismatches(outcome, outcome.compare(scenario.expected).expected)
    assert not [*tmp_path.iterdir()]


def named(name: str) -> Scenario:
    (found,) = (each for each in ledger().scenarios if each.name == name)
    return found
