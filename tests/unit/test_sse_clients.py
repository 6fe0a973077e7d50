"""`clients`: the events of the standard, the replay server, the manifest and the verdicts, with a
tiny client of this file's.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from starlette_conformance.clients import environments, run_client
from starlette_conformance.clients.interpret import Event, events
from starlette_conformance.clients.manifest import FOLDER, Client, ClientTable, Difference, read
from starlette_conformance.clients.matrix import Row, gone, judge
from starlette_conformance.clients.recorded import marked, release_stacks
from starlette_conformance.clients.reference import REFERENCE, TO_CUT, WEB_PLATFORM_TESTS
from starlette_conformance.clients.run import choose, conclude
from starlette_conformance.clients.streams import IS_CUT_OFF, Replayed, Stream, cuts
from starlette_conformance.clients.table import as_data
from starlette_conformance.model.errors import NotInstallable, UsageError

BY_LF = """
import json, sys, urllib.request
for stream, url in enumerate(json.load(sys.stdin)["urls"]):
    try:
        with urllib.request.urlopen(url) as response:
            for text in response.read().decode().split("\\n\\n")[:-1]:
                print(json.dumps({"stream": stream, "type": "message", "id": "",
                                  "data": text.removeprefix("data: ")}))
    except Exception as error:
        print(json.dumps({"stream": stream, "error": type(error).__name__}))
    print(json.dumps({"stream": stream, "end": True}))
"""
"""A client that finds no events but between LF."""
LF = Stream("lf", "lines", b"data: <1>\n\ndata: <2>\n\n")
CRLF = Stream("crlf", "lines", b"data: <1>\r\n\r\n")
TINY = Client(ClientTable("tiny", "pypi", "tiny.py"), "1.0", "2026-01-01")
KNOWN = Difference("tiny", ("crlf",), "CRLF ends no event")

EXPECTED = {
    "lf": [Event("message", "1"), Event("message", "2")],
    "mixed-lines": [Event("message", "[1,\n2,\n3]")],
    "event": [Event("added", "1"), Event("message", "2")],
    "id": [Event("message", "1", "7", "7"), Event("message", "2", "7")],
    "id-reset": [Event("message", "1", "7", "7"), Event("message", "2")],
    "id-alone": [Event("message", "1", "7"), Event("message", "2", "7")],
    "spaces": [Event("message", "1"), Event("message", " 2")],
    "data-bare": [Event("message", "\n"), Event("message", "1"), Event("message", "2")],
    "not-ended": [Event("message", "1")],
    "bom-twice": [Event("message", "2")],
    "id-nul": [Event("message", "1", "7", "7"), Event("message", "2", "7")],
}


def by_script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    file = tmp_path / "tiny.py"
    file.write_text(script, "utf-8")
    monkeypatch.setattr(run_client, "command", lambda *_: [sys.executable, str(file)])


def whats(rows: Sequence[Row]) -> dict[str, str]:
    return {each.stream: each.what for row in rows for each in row.outcomes}


@pytest.mark.parametrize("name", EXPECTED)
def test_events_are_those_of_the_standard(name: str) -> None:
    stream = next(each for each in REFERENCE if each.name == name)
    assert events(stream.filled(("", ""))) == EXPECTED[name]


def test_streams_have_names_of_their_own() -> None:
    assert len({each.name for each in REFERENCE}) == len(REFERENCE)
    assert {*WEB_PLATFORM_TESTS} <= {each.name for each in REFERENCE}


def test_what_stands_around_a_value_changes_no_event() -> None:
    for stream in REFERENCE:
        plain = events(stream.filled(("", "")))
        around = events(stream.filled(('{"v":', "}")))
        assert len(around) == len(plain), stream.name


@pytest.mark.parametrize("stream", TO_CUT)
def test_a_stream_is_cut_at_every_byte(stream: Stream) -> None:
    body = stream.filled(("", ""))
    pieces = [Replayed(body, cut).pieces() for cut in cuts(body)]
    assert all(b"".join(each) == body for each in pieces)
    assert [len(each[0]) for each in pieces[:-1]] == [*range(1, len(body))]
    assert len(pieces[-1]) == len(body)


def test_values_of_a_recording_are_marked_and_its_pings_have_one_time() -> None:
    body = b"data: 1\r\n\r\n: ping - 2026-01-02 03:04:05.060708+00:00\r\n\r\ndata: 2\r\n\r\n"
    stream = Stream("app", "app", marked(body), by_event=True)
    assert stream.body == (
        b"data: <1>\r\n\r\n: ping - 2026-11-29 12:00:00.000000+00:00\r\n\r\ndata: <2>\r\n\r\n"
    )
    pieces = Replayed.of(stream, ('{"v":', "}")).pieces()
    assert [piece[-4:] for piece in pieces] == [b"\r\n\r\n"] * 3
    assert pieces[0] == b'data: {"v":1}\r\n\r\n'


def test_a_client_is_given_the_bytes_and_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    found = judge([TINY], [LF, CRLF], (), [])
    assert whats(found) == {"lf": "", "crlf": "1 of 1 events lost"}
    assert conclude(found, []) == 1


def test_a_client_that_takes_each_segment_for_itself_is_seen_by_cuts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    few = Stream("cut-few", "cut", b"data: <1>\n\n")
    assert whats(judge([TINY], [], [few], ())) == {"cut-few": ""}
    by_script(monkeypatch, tmp_path, BY_LF.replace("read()", "read1()"))
    assert whats(judge([TINY], [], [few], ())) == {
        "cut-few": "9 of 9 cuts change the events, first behind byte 1"
    }


def test_what_does_not_come_again_is_no_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    once = f"{BY_LF}\nimport pathlib\npathlib.Path({str(tmp_path / 'again')!r}).touch()\n"
    late = "import pathlib; assert pathlib.Path({!r}).exists()".format(str(tmp_path / "again"))
    failing = once.replace("        with urllib", f"        {late}\n        with urllib")
    by_script(monkeypatch, tmp_path, failing)
    assert whats(judge([TINY], [LF], (), ())) == {"lf": ""}
    by_script(monkeypatch, tmp_path, BY_LF.replace("response.read()", "response.fail()"))
    assert whats(judge([TINY], [LF], (), ())) == {"lf": "2 of 2 events lost: AttributeError"}


def test_a_known_difference_is_no_finding_and_one_that_is_gone_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    found = judge([TINY], [LF, CRLF], (), [KNOWN])
    assert conclude(found, gone(found)) == 0
    of_lf = Difference("tiny", ("lf",), "LF ends no event")
    found = judge([TINY], [LF], (), [of_lf])
    assert gone(found) == ["tiny 1.0 lf: LF ends no event"]
    assert conclude(found, gone(found)) == 1


def test_a_response_that_is_cut_off_may_be_an_error_and_no_other_may(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    cut_off = Stream("cut-off", "faults", b"data: <1", ending=IS_CUT_OFF)
    assert whats(judge([TINY], [cut_off], (), [])) == {"cut-off": ""}
    by_script(monkeypatch, tmp_path, BY_LF.replace("response.read()", "response.fail()"))
    assert whats(judge([TINY], [LF], (), [])) == {"lf": "2 of 2 events lost: AttributeError"}


@pytest.mark.parametrize(
    "script",
    [
        "print('hello')",
        "raise SystemExit(3)",
        "",
    ],
)
def test_an_adapter_that_fails_is_no_verdict_on_its_client(
    script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_script(monkeypatch, tmp_path, script)
    found = judge([TINY], [LF], (), [])
    assert found[0].not_judged.startswith("tiny 1.0: its adapter")
    assert as_data(found)[0]["streams"] == []
    with pytest.raises(Exception, match="no client could be judged"):
        conclude(found, [])
    assert "not judged: tiny 1.0" in capsys.readouterr().out


def test_an_end_that_a_client_does_not_see_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF.replace('"end": True', '"error": "x"'))
    assert whats(judge([TINY], [LF], (), [])) == {"lf": "error: x"}


def test_who_has_no_node_and_cannot_get_it_gets_no_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("STARLETTE_CONFORMANCE_CACHE", str(tmp_path / "cache"))
    failed = CompletedProcess([], 1, "", "no network")
    monkeypatch.setattr(environments, "run_uv", lambda *_: failed)
    client = Client(ClientTable("eventsource", "npm", "eventsource.mjs"), "3.0.0", "2026-01-01")
    with pytest.raises(NotInstallable, match="no `node` and `npm` on PATH, and no network"):
        environments.command(client, tmp_path)


def test_the_manifest_names_adapters_streams_and_clients_that_are_there() -> None:
    clients, known = read()
    for client in clients:
        assert (FOLDER / client.table.kind / client.table.adapter).is_file(), client
    names = {each.name for each in (*REFERENCE, *TO_CUT)} | {*release_stacks()}
    for each in known:
        assert set(each.streams) <= names, each
        assert any(each.covers(client, each.streams[0]) for client in clients), each


def test_a_manifest_that_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "manifest.toml"
    file.write_text('exclude-newer = "2026-01-01"\n[[client]]\nname = "x"\n', "utf-8")
    with pytest.raises(UsageError, match="missing required field kind"):
        read(file)
    file.write_text(
        'exclude-newer = "2026-01-01"\n[[client]]\nname = "x"\nkind = "pypi"\nadapter = "x.py"\n'
        '[[difference]]\nclient = "y"\nstreams = []\nwhat = ""\n',
        "utf-8",
    )
    with pytest.raises(UsageError, match="there is no client 'y'"):
        read(file)


def test_clients_are_chosen_by_name_or_version() -> None:
    older = Client(TINY.table, "0.9", "2026-01-01")
    assert choose([older, TINY], []) == [older, TINY]
    assert choose([older, TINY], ["tiny==0.9"]) == [older]
    with pytest.raises(UsageError, match="'big' is no client"):
        choose([TINY], ["big"])


def test_the_matrix_is_written_as_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    found = json.loads(json.dumps(as_data(judge([TINY], [CRLF], (), [KNOWN]))))
    assert found[0]["streams"] == [
        {
            "stream": "crlf",
            "behaviour": "lines",
            "difference": "1 of 1 events lost",
            "known": "CRLF ends no event",
            "link": "",
        }
    ]
