"""`clients`: the events of the standard, the replay server, the manifest and the verdicts, with a
tiny client of this file's.
"""

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from msgspec import to_builtins
from rich.console import Console

from starlette_conformance.clients import environments, matrix, run_client
from starlette_conformance.clients.compare import Outcome
from starlette_conformance.clients.interpret import Event, events
from starlette_conformance.clients.manifest import FOLDER, Client, ClientTable, Difference, read
from starlette_conformance.clients.matrix import Cases, Row, gone
from starlette_conformance.clients.page import page
from starlette_conformance.clients.reconnection import ORIGINS, SCRIPTS, Script
from starlette_conformance.clients.reconnection import WEB_PLATFORM_TESTS as RESTATED
from starlette_conformance.clients.recorded import Recorded, every_stack, marked
from starlette_conformance.clients.reference import REFERENCE, TO_CUT, WEB_PLATFORM_TESTS
from starlette_conformance.clients.results import as_data, read_results
from starlette_conformance.clients.run import choose, print_whole
from starlette_conformance.clients.streams import IS_CUT_OFF, Replayed, Stream, cuts
from starlette_conformance.clients.table import tables
from starlette_conformance.clients.unread import Unread
from starlette_conformance.clients.verdict import brief, verdict
from starlette_conformance.model.errors import CannotTell, NotInstallable, UsageError
from starlette_conformance.output.one_screen import LINES

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


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a client of one test was given is not what that of another is."""
    monkeypatch.setenv("STARLETTE_CONFORMANCE_CACHE", str(tmp_path / "cache"))


def judge(
    clients: Sequence[Client],
    streams: Sequence[Stream],
    to_cut: Sequence[Stream],
    known: Sequence[Difference],
) -> list[Row]:
    return matrix.judge(clients, Cases(streams, to_cut), known, fresh=True)


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
    assert verdict(found, [])[1] == 1


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
    assert verdict(found, gone(found))[1] == 0
    of_lf = Difference("tiny", ("lf",), "LF ends no event")
    found = judge([TINY], [LF], (), [of_lf])
    assert gone(found) == ["tiny 1.0 lf: LF ends no event"]
    assert verdict(found, gone(found))[1] == 1


def rows(clients: int) -> list[Row]:
    """Each client differs on one stream more than the one before; the first on none."""
    every = [Client(TINY.table, f"{number}.0", "2026-01-01") for number in range(clients)]
    return [
        Row(
            client,
            [
                Outcome(client, f"s{k}", "lines", "lost" * (k < n), KNOWN if k < n else None)
                for k in range(clients)
            ],
        )
        for n, client in enumerate(every)
    ]


def test_a_terminal_gets_25_lines_of_80_columns_the_verdict_last() -> None:
    page = "html: /a/page.html"
    lines = [text.plain for text in brief(rows(60), [], [page], 80)]
    assert len(lines) == LINES
    assert all(len(line) < 80 for line in lines)
    assert lines[0] == "right on every stream: tiny 0.0"
    assert lines[2].split() == ["tiny", "59.0", "59", "of", "60:", "lines", "59"]
    assert lines[-1] == page
    assert " ".join(lines[-3:-1]).startswith("60 of 60 clients judged on 3600 streams: 1770 known")
    assert any(line.endswith("more lines; -v shows all") for line in lines)


def test_what_is_new_gone_or_not_judged_comes_first_on_a_terminal() -> None:
    found = [
        Row(TINY, [Outcome(TINY, "crlf", "lines", "1 of 1 events lost")]),
        Row(TINY, not_judged="no Node"),
    ]
    lines = [text.plain for text in brief(found, ["tiny 1.0 lf: LF ends no event"], [], 80)]
    assert lines[:3] == [
        "NEW tiny 1.0  crlf: 1 of 1 events lost",
        "GONE tiny 1.0 lf: LF ends no event",
        "NOT JUDGED tiny 1.0: no Node",
    ]


def test_the_page_has_every_difference_as_text() -> None:
    lost = Row(TINY, [Outcome(TINY, "crlf", "lines", "lost <b>", KNOWN)])
    html = page([lost], ["x & y"], Recorded(), "starlette-conformance clients")
    assert "<code>crlf</code> (lines): lost &lt;b&gt;. CRLF ends no event" in html
    assert "Gone: x &amp; y" in html
    assert '<td class="warned">0/1</td>' in html


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
    assert found[0].not_judged.startswith("its adapter")
    assert as_data(found, Recorded())["clients"][0]["streams"] == ()
    assert verdict(found, [])[1] == 3
    print_whole(found, [], Recorded(), Console())
    assert "not judged: tiny 1.0: its adapter" in capsys.readouterr().out


def test_an_end_that_a_client_does_not_see_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF.replace('"end": True', '"error": "x"'))
    assert whats(judge([TINY], [LF], (), [])) == {"lf": "error: x"}


def test_what_the_same_client_was_given_of_the_same_bytes_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    cases = Cases([LF, CRLF], [Stream("cut-few", "cut", b"data: <1>\n\n")])
    (row,) = matrix.judge([TINY], cases, [KNOWN])
    assert (len(row.outcomes), row.kept) == (3, 0)
    by_script(monkeypatch, tmp_path, "raise SystemExit(3)")
    (again,) = matrix.judge([TINY], cases, [KNOWN])
    assert (again.outcomes, again.kept) == (row.outcomes, 3)
    more = Cases([LF, Stream("other", "lines", b"data: <3>\n\n")])
    assert matrix.judge([TINY], more, ())[0].not_judged  # other bytes are sent
    assert matrix.judge([TINY], Cases([LF]), (), fresh=True)[0].not_judged
    newer = Client(TINY.table, "1.1", TINY.exclude_newer)
    assert matrix.judge([newer], Cases([LF]), ())[0].not_judged


def test_a_cut_that_does_not_show_what_is_known_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    known = Difference("tiny", ("cut-few",), "each segment is taken for itself")
    cases = Cases(to_cut=[Stream("cut-few", "cut", b"data: <1>\n\n")])
    assert whats(matrix.judge([TINY], cases, [known])) == {"cut-few": ""}
    by_script(monkeypatch, tmp_path, BY_LF.replace("read()", "read1()"))
    assert whats(matrix.judge([TINY], cases, [known])) == {
        "cut-few": "9 of 9 cuts change the events, first behind byte 1"
    }


def test_a_damaged_file_of_what_is_kept_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    matrix.judge([TINY], Cases([LF]), ())
    (file,) = (tmp_path / "cache" / "given").iterdir()
    file.write_bytes(file.read_bytes()[:40])
    assert matrix.judge([TINY], Cases([LF]), ())[0].kept == 0


RETURNING = """
import json, sys, time, urllib.request
given = json.load(sys.stdin)
for stream, url in enumerate(given["urls"]):
    last = ""
    for _ in range(4):
        request = urllib.request.Request(url, headers={"Last-Event-ID": last} if last else {})
        try:
            with urllib.request.urlopen(request) as response:
                body = response.read().decode()
                if response.status == 204:
                    break
        except Exception:
            break
        for text in body.split("\\n\\n")[:-1]:
            fields = dict(line.split(": ") for line in text.split("\\n"))
            last = fields.get("id", last)
            if "data" in fields:
                print(json.dumps({"stream": stream, "type": "message", "data": fields["data"],
                                  "id": last}))
        time.sleep(int(fields.get("retry", 0)) / 1000)
    print(json.dumps({"stream": stream, "end": True}))
"""
"""Another one, which connects again."""
FOLLOWED = Client(ClientTable("tiny", "pypi", "tiny.py", follows=("reconnect",)), "1.0", "2026")


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("closed", ("", ""), ""),
        ("closed", ('"Last-Event-ID"', '"X-Id"'), "Last-Event-ID '' for '7'"),
        ("closed", ("range(4)", "range(1)"), "1 of 2 events lost"),
        ("closed-no-id", ("range(4)", "range(1)"), "requests: 1 for 2"),
        ("retry-long", ("", ""), ""),
        ("retry-long", ("/ 1000", "/ 9000"), "it does not wait for 4 s"),
        ("status-204", ("", ""), ""),
        ("status-204", ("break", "continue"), "requests: 4 for 1"),
        ("status-500", ("", ""), ""),
        ("status-500", ("            break\n        for", "            continue\n        for"),
         "requests: 2 for 1"),
    ],
)  # fmt: skip
def test_a_client_that_connects_again_is_judged_by_what_it_sends(
    name: str, change: tuple[str, str], what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = next(each for each in SCRIPTS if each.name == name)
    by_script(monkeypatch, tmp_path, RETURNING.replace(*change) if change[0] else RETURNING)
    found = matrix.judge([FOLLOWED], Cases(scripts=[script, *ORIGINS]), (), fresh=True)
    assert whats(found) == {name: what}


def test_scripts_have_names_of_their_own_and_say_what_each_request_has() -> None:
    every: list[Script] = [*SCRIPTS, *ORIGINS]
    assert len({each.name for each in every}) == len(every)
    assert {*RESTATED} <= {each.name for each in every}
    for each in every:
        received = [event for response in each.responses for event in response.expected]
        assert each.behaviour == "cors" or not each.events or list(each.events) == received


def test_the_kernel_says_what_a_client_has_not_read() -> None:
    unread = Unread()
    if not unread.known:
        pytest.skip("this kernel does not say")
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
        listening.accept()[0] as server,
    ):
        ends = client.getsockname(), server.getsockname()
        server.sendall(b"data: 1\n\n")
        client.recv(1, socket.MSG_PEEK)
        assert unread.count(*ends) == 9
        client.recv(4)
        assert unread.count(*ends) == 5
        client.recv(9)
        assert unread.count(*ends) == 0
    assert unread.count(*ends) == 0
    unread.close()


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


def test_a_browser_without_what_drives_it_gets_no_verdict_and_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "chromium").write_text("")
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(environments, "absent", lambda *_: ["playwright: pip install it"])
    client = Client(ClientTable("chromium", "program", "read_chromium.py"), "", "2026-01-01")
    with pytest.raises(NotInstallable, match=r"chromium: there is no playwright: pip install it"):
        environments.command(client, tmp_path)


def test_an_adapter_that_fails_before_it_writes_is_told_by_what_it_said() -> None:
    client = Client(ClientTable("tiny", "pypi", "tiny.py"), "1.0", "2026-01-01")
    done = CompletedProcess([], 1, "", "Traceback\n  ImportError: no tiny\n")
    said = r"^tiny 1\.0: its adapter ended with status 1: Traceback ImportError: no tiny$"
    with pytest.raises(CannotTell, match=said):
        run_client.collected(client, 1, done)


def test_the_manifest_names_adapters_streams_and_clients_that_are_there() -> None:
    clients, known = read()
    for client in clients:
        assert (FOLDER / client.table.kind / client.table.adapter).is_file(), client
    names = {each.name for each in (*REFERENCE, *TO_CUT)}
    names |= {each.name for each in (*SCRIPTS, *ORIGINS)}
    names |= {f"{each.package}-{each.release(stack)}" for each, stack in every_stack()}
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


def test_what_comes_behind_the_end_of_a_stream_is_a_table_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_script(monkeypatch, tmp_path, RETURNING)
    cases = Cases([LF], scripts=[next(each for each in SCRIPTS if each.name == "status-204")])
    rows = matrix.judge([TINY, FOLLOWED], cases, ())
    found = [([*map(str, each.columns[0].cells)], len(each.columns)) for each in tables(rows)]
    assert found == [(["tiny 1.0", "tiny 1.0"], 2), (["tiny 1.0"], 2)]


def test_the_matrix_is_written_as_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    by_script(monkeypatch, tmp_path, BY_LF)
    recorded = Recorded([], {"sse-starlette-1.0": ["1.0", "1.1"]}, ["1.2: did not start"])
    found = as_data(judge([TINY], [CRLF], (), [KNOWN]), recorded)
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(found), "utf-8")
    assert found["verdict"] == "pass"
    assert found["summary"].endswith(": 1 known differences from the HTML standard, 0 new, 0 gone")
    read_back = to_builtins(read_results(file))
    assert read_back == {name: found[name] for name in ("clients", "releases", "not_recorded")}
    assert found["releases"] == {"sse-starlette-1.0": ("1.0", "1.1")}
    assert found["not_recorded"] == ("1.2: did not start",)
    assert list(found["clients"][0]["streams"]) == [
        {
            "stream": "crlf",
            "behaviour": "lines",
            "difference": "1 of 1 events lost",
            "known": "CRLF ends no event",
            "link": "",
        }
    ]
