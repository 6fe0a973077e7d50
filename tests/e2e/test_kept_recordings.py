"""A diff of stacks that an earlier run has recorded says what a fresh one says."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff import reference_apps as diff
from starlette_conformance.explain import differences
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.request import Request
from starlette_conformance.replay import recording, recordings
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.recordings import Recordings
from starlette_conformance.replay.running_apps import running
from starlette_conformance.stacks.project import ledger

NAME = "hello is sent five requests on a connection"
PAIR = ("1.6.0", "1.7.0")


def request(app: str, line: str) -> SentRequest:
    return SentRequest(
        app, Request(app, f"{line} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n".encode())
    )


CORPUS = [request("hello", "GET /"), request("json_cors", "GET /user/Vader")]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What is kept counts, in a folder of its own; the apps that each stack starts."""
    found: list[list[str]] = []

    @contextmanager
    def noted(
        environments: Sequence[Environment], names: Sequence[Collection[str]]
    ) -> Iterator[list[dict[str, int]]]:
        found.extend(sorted(each) for each in names)
        with running(environments, names) as ports:
            yield ports

    monkeypatch.setattr(recordings, "QUICK", 60.0)  # busy cores are another test's concern
    monkeypatch.setattr(differences, "SLOWER", 60.0)
    monkeypatch.setattr(recordings, "FOLDER", str(tmp_path / "recordings"))
    monkeypatch.setattr(recording, "running", noted)
    monkeypatch.setattr(diff, "recordings", recordings.recordings)
    monkeypatch.setattr(diff, "corpus", lambda _: CORPUS)
    monkeypatch.setattr(diff, "client_requests", lambda _: [])
    one = [each for each in ledger().scenarios if each.name == NAME]
    monkeypatch.setattr(diff, "chosen_scenarios", lambda _: one)
    return found


def compared(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what is said, but for how long it took and what was kept."""
    path = folder / "diff.json"
    code = main(["diff", *PAIR, "--no-cause", *words, "--json", str(path)])
    found = json.loads(path.read_text("utf-8"))
    return code, {k: v for k, v in found.items() if k not in {"seconds", "summary", "command"}}


def test_a_diff_of_what_is_kept_is_the_same_and_says_so(
    started: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = ["hello", "json_cors"]
    code, first = compared(tmp_path)
    assert (started, first.pop("kept"), first["scenarios"]["compared"]) == ([both, both], [], 1)
    assert "as recorded" not in capsys.readouterr().out
    again = compared(tmp_path)
    kept = again[1].pop("kept")
    assert again == (code, first)
    assert [(each["side"], each["whole"]) for each in kept] == [("OLD", True), ("NEW", True)]
    assert started[2:] == [[], []]
    said = capsys.readouterr().out
    assert "; OLD as recorded 20" in said
    assert "; --fresh records anew)" in said
    fresh = compared(tmp_path, "--fresh")
    assert (fresh[1].pop("kept"), fresh) == ([], (code, first))
    assert started[4:] == [both, both]


def test_a_recording_that_does_not_hold_any_more_is_found_and_forgotten(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A difference that nothing explains is sent to both stacks, as always."""
    compared(tmp_path)
    kept = Recordings.responses

    def altered(self: Recordings, requests: Sequence[SentRequest]) -> Any:
        found = kept(self, requests)
        if self._environment.name == "starlette-1.6.0":
            found[CORPUS[0]].response.headers["x-more"] = "1"
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Recordings, "responses", altered)
        code, found = compared(tmp_path)
    assert code == 1
    (unstable,) = found["unstable"]
    assert (unstable["app"], unstable["fields"]) == ("hello", ["header x-more"])
    code, found = compared(tmp_path)
    assert (code, found["unstable"]) == (0, [])
    assert [each["whole"] for each in found["kept"]] == [False, False]
    assert started[-2:] == [["hello"], ["hello"]]
