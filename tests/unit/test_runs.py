"""Run files: written as things happen, and read back byte for byte."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.http.connection import Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.errors import UsageError
from starlette_conformance.runs import run_file
from starlette_conformance.runs.records import SCHEMA
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.run_reader import RecordedRun, load, load_start
from starlette_conformance.runs.summary import Summary
from tests.miniatures.raw_server import ENVIRONMENT

EVERY_BYTE = bytes(range(256))
EXCHANGE = Exchange(
    app="hello",
    environment=ENVIRONMENT,
    method="GET",
    sent=(Segment(0.001, EVERY_BYTE),),
    received=(Segment(0.25, EVERY_BYTE), Segment(1.5, b"\r\n")),
    ended="closed by the server",
    closes=True,
    client_port=40000,
    at=0.0,
)
SPEC = "specs/hello/test_hello.py::test_greets[latest]"
PINS = "h11==0.14.0,sse-starlette==2.2.1,starlette==0.46.1,uvicorn==0.34.0"


def loaded(path: Path) -> RecordedRun:
    run = load(path)
    assert run
    return run


def lines(run: Run) -> list[dict[str, Any]]:
    """What stands in the file of a run now, without the times."""
    records: list[dict[str, Any]]
    records = [json.loads(line) for line in run.path.read_text("ascii").splitlines()]
    for record in records:
        record.pop("started", None)
        record.pop("finished", None)
    return records


def begun(folder: Path, stack: str = "latest") -> Run:
    run = Run(folder, stack)
    run.begin(ENVIRONMENT)
    return run


def test_a_run_is_written_as_its_records_say(tmp_path: Path) -> None:
    run = begun(tmp_path / "runs")
    run.exchange(SPEC, EXCHANGE)
    run.exchange(SPEC, EXCHANGE, "slow_sse")
    run.verdict(SPEC, "hello", "fail", "no\nmatch \u2713", {"A_CHANGE": True}, 0.12345)
    run.exchange(SPEC, EXCHANGE, "hello")
    run.verdict(SPEC, "hello", "pass", "", {}, 0.1, browser=True)
    run.end()
    exchange = {
        "kind": "exchange",
        "spec": SPEC,
        "app": "hello",
        "method": "GET",
        "sent": [[0.001, EVERY_BYTE.decode("latin-1")]],
        "received": [[0.25, EVERY_BYTE.decode("latin-1")], [1.5, "\r\n"]],
        "ended": "closed by the server",
        "closes": True,
    }
    verdict = {"kind": "verdict", "spec": SPEC, "app": "hello"}
    assert lines(run) == [
        {
            "kind": "run",
            "schema": SCHEMA,
            "stack": "latest",
            "complete": True,
            "installed": {
                "python": "3.11.7",
                "implementation": "",
                "parser": "h11",
                "loop": "asyncio",
                "hash_seed": 0,
                "packages": dict(ENVIRONMENT.packages),
            },
            "rerun_options": [f"--stack={PINS}", "--hash-seed", "0"],
            "rerun_name": PINS,
        },
        exchange | {"id": 1},
        exchange | {"id": 2, "served": "slow_sse"},
        verdict
        | {
            "verdict": "fail",
            "reason": "no\nmatch \u2713",
            "exchanges": [1, 2],
            "changes": {"A_CHANGE": True},
            "seconds": 0.123,
        },
        exchange | {"id": 3},
        verdict
        | {
            "verdict": "pass",
            "reason": "",
            "exchanges": [3],
            "changes": {},
            "seconds": 0.1,
            "browser": True,
        },
        {"kind": "end"},
    ]
    found = loaded(run.path)
    assert [each.variant for each in found.exchanges] == [None, "slow_sse", None]
    assert [(each.verdict, each.exchanges) for each in found.verdicts] == [
        ("fail", (1, 2)),
        ("pass", (3,)),
    ]
    assert found.start == load_start(run.path)


def test_a_run_tells_when_it_was(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    run = begun(tmp_path)
    run.end()
    found = loaded(run.path)
    assert found.end
    times = [found.start.started, found.end.finished]
    assert [before, *times] == sorted([before, *times])
    assert {time.utcoffset() for time in times} == {timedelta()}


def test_every_byte_survives(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.exchange(SPEC, EXCHANGE)
    run.end()
    [exchange] = loaded(run.path).exchanges
    assert (exchange.sent_bytes, exchange.received_bytes) == (EVERY_BYTE, EVERY_BYTE + b"\r\n")


def test_a_path_that_is_not_utf_8_survives(tmp_path: Path) -> None:
    run = begun(tmp_path, "/opt/\udcff/bin/python")
    run.verdict(SPEC, "hello", "fail", "\udcff", {}, 0.1)
    run.end()
    found = loaded(run.path)
    assert (found.start.stack, found.verdicts[0].reason) == ("/opt/\udcff/bin/python", "\udcff")


def test_a_stack_that_could_not_be_provisioned_has_nothing_installed(tmp_path: Path) -> None:
    run = Run(tmp_path, "latest")
    run.begin(None)
    run.end()
    assert loaded(run.path).start.installed is None


def test_lines_are_on_disk_as_they_happen(tmp_path: Path) -> None:
    run = begun(tmp_path)
    kinds = [[record["kind"] for record in lines(run)]]
    large = Segment(1.0, b"x" * 1_000_000)
    run.exchange(SPEC, replace(EXCHANGE, received=(large,)))
    kinds.append([record["kind"] for record in lines(run)])
    run.verdict(SPEC, "hello", "pass", "", {}, 0.1)
    kinds.append([record["kind"] for record in lines(run)])
    run.end()
    assert kinds == [["run"], ["run", "exchange"], ["run", "exchange", "verdict"]]


def test_runs_of_one_stack_that_begin_at_once_have_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((0, 0, 0, 1, 2))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Clock":
            return cls(2026, 1, 1, 0, 0, next(seconds), tzinfo=tz)

    monkeypatch.setattr(run_file, "datetime", Clock)
    runs = [Run(tmp_path, "latest") for _ in range(3)]
    monkeypatch.undo()
    for run in runs:
        run.begin(ENVIRONMENT)
        run.end()
    assert len({run.path for run in runs}) == 3
    assert all(loaded(run.path).end for run in runs)


def test_exchanges_of_several_threads_are_whole_lines_in_order(tmp_path: Path) -> None:
    run = begun(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: run.exchange(SPEC, EXCHANGE), range(200)))
    run.verdict(SPEC, "hello", "pass", "", {}, 0.1)
    run.end()
    assert [each.id for each in loaded(run.path).exchanges] == list(range(1, 201))


def test_the_name_of_a_file_holds_the_stack_and_nothing_that_a_shell_minds(tmp_path: Path) -> None:
    for stack, name in (
        ("latest", "latest"),
        ("starlette>=0.39,<0.50", "starlette__0.39__0.50"),
        ("/usr/bin/python", "_usr_bin_python"),
        ("x" * 300, "x" * 80),
    ):
        run = begun(tmp_path, stack)
        run.end()
        assert run.path.parent == tmp_path
        assert run.path.name.partition("Z-")[2] == f"{name}.jsonl"


def test_a_verdict_has_one_of_the_words(tmp_path: Path) -> None:
    run = begun(tmp_path)
    with pytest.raises(AssertionError, match="skipped"):
        run.verdict(SPEC, "hello", "skipped", "", {}, 0.1)
    run.end()


START = {
    "kind": "run",
    "schema": 2,
    "stack": "latest",
    "started": "2026-01-01T00:00:00Z",
    "complete": True,
    "installed": {
        "python": "3.11.7",
        "implementation": "CPython",
        "parser": "h11",
        "loop": "asyncio",
        "hash_seed": None,
        "packages": {"starlette": "1.0.0"},
    },
    "rerun_options": ["--stack", "latest"],
    "rerun_name": "latest",
}
SENT = {
    "kind": "exchange",
    "id": 1,
    "spec": SPEC,
    "app": "hello",
    "method": "GET",
    "sent": [[0.1, "GET"]],
    "received": [[0.2, "\x00\xff"]],
    "ended": "closed by the server",
    "closes": False,
}
PASSED = {
    "kind": "verdict",
    "spec": SPEC,
    "app": "hello",
    "verdict": "pass",
    "reason": "",
    "exchanges": [1],
    "changes": {"A": True},
    "seconds": 0.1,
    "browser": False,
}
END = {"kind": "end", "finished": "2026-01-01T00:00:01Z"}


def written(folder: Path, text: bytes) -> Path:
    path = folder / "one.jsonl"
    path.write_bytes(text)
    return path


def of_lines(folder: Path, *records: object) -> Path:
    """A file of lines, which are JSON or, where they are bytes, as they are."""
    texts = (r if isinstance(r, bytes) else json.dumps(r, separators=(",", ":")) for r in records)
    whole = b"\n".join(t if isinstance(t, bytes) else t.encode() for t in texts) + b"\n"
    return written(folder, whole)


SCHEMA_1 = {
    "kind": "run",
    "schema": 1,
    "stack": "latest",
    "started": "2026-01-01T00:00:00+00:00",
    "complete": True,
    "python": "3.11.7",
    "implementation": "CPython",
    "parser": "h11",
    "loop": "asyncio",
    "hash_seed": None,
    "packages": {"starlette": "1.0.0"},
    "again": ["--stack", "latest"],
    "called": "latest",
}


def test_a_file_of_schema_1_reads_as_one_of_schema_2(tmp_path: Path) -> None:
    newer = load(of_lines(tmp_path, START, SENT, PASSED, END))
    assert load(of_lines(tmp_path, SCHEMA_1, SENT, PASSED, END)) == newer
    assert newer


def test_the_oldest_files_of_schema_1_are_read(tmp_path: Path) -> None:
    late = {"implementation", "again", "called"}
    head = {key: value for key, value in SCHEMA_1.items() if key not in late}
    start = loaded(of_lines(tmp_path, head, END)).start
    assert start.installed
    assert (start.installed.implementation, start.rerun_options, start.rerun_name) == ("", (), "")


def test_a_stack_of_schema_1_that_was_not_provisioned_has_nothing_installed(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("python", "implementation", "parser", "loop", "hash_seed", "packages"))
    assert loaded(of_lines(tmp_path, SCHEMA_1 | nothing)).start.installed is None


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    whole = of_lines(tmp_path, START, SENT, PASSED, END).read_bytes()
    for length in range(len(whole) + 1):
        run = load(written(tmp_path, whole[:length]))
        count = 1 + len(run.exchanges) + len(run.verdicts) + bool(run.end) if run else 0
        assert count == whole[:length].count(b"\n")


AGAIN = "; judge the stack again"


def lacking(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([START, SENT, {}], f":3: object missing required field kind{AGAIN}"),
        ([START, [1], END], f":2: expected object, got array{AGAIN}"),
        ([START, 7], f":2: expected object, got int{AGAIN}"),
        ([START, b""], f":2: not JSON: Expecting value: line 1 column 1 (char 0){AGAIN}"),
        ([b"\x80\xff"], f":1: not JSON: byte 0 is not UTF-8{AGAIN}"),
        ([START, b'"\xff"'], f":2: not JSON: byte 1 is not UTF-8{AGAIN}"),
        (
            [START, b'{"kind":"\\ud800"}'],
            f":2: not text: half of a pair of surrogates is in it{AGAIN}",
        ),
        ([START, b"\0"], f":2: not JSON: Expecting value: line 1 column 1 (char 0){AGAIN}"),
        ([START, b"[" * 100_000], f":2: not JSON that can be read: it is nested too deep{AGAIN}"),
        ([START, b"9" * 5000], f":2: expected object, got float{AGAIN}"),
        ([START, b"NaN"], f":2: not JSON: NaN is no number in JSON{AGAIN}"),
        ([START, SENT | {"id": 10**29}], f":2: field id: expected int <= {2**53}{AGAIN}"),
        ([START, SENT | {"id": True}], f":2: field id: expected int, got bool{AGAIN}"),
        ([START, SENT, SENT], ":3: field id: expected 2, got 1, so exchanges are missing" + AGAIN),
        ([START, PASSED], f":2: field exchanges: no exchange 1{AGAIN}"),
        ([START, SENT | {"sent": 7}], f":2: field sent: expected array, got int{AGAIN}"),
        ([START, SENT | {"sent": [["x", "y"]]}], "field sent[0][0]: expected float, got str"),
        ([START, SENT | {"sent": [[0, "\u0100"]]}], "sent[0]: a character of the segment is no b"),
        ([START, SENT | {"sent": [[0, "\ud800"]]}], "sent[0]: a character of the segment is no b"),
        ([START, SENT, PASSED | {"verdict": "skipped"}], "field verdict: invalid enum value 'ski"),
        ([START, SENT, PASSED | {"seconds": -1}], ":3: field seconds: expected float >= 0.0"),
        ([START, SENT, lacking(PASSED, "app")], ":3: object missing required field app"),
        ([START, SENT, PASSED | {"changes": {"A": 1}}], "changes[...]: expected bool, got int"),
        ([START, {"kind": "other"}], f":2: field kind: invalid value 'other'{AGAIN}"),
        ([START, START], f":2: field kind: invalid value 'run'{AGAIN}"),
        ([START, END, SENT], f":3: a line after the end of the run{AGAIN}"),
        ([START | {"started": "today"}], ":1: field started: invalid RFC3339 encoded datetime"),
        ([START | {"installed": {}}], ":1: field installed: object missing required field pyt"),
        ([SCHEMA_1 | {"python": None}], ":1: there are packages, but no python, implementation"),
        ([SCHEMA_1 | {"packages": 7}], ":1: field packages: expected object | null, got int"),
        ([PASSED], ": not a run file of schema 1 or 2"),
        ([START | {"schema": 3}], ": not a run file of schema 1 or 2"),
        ([lacking(START, "schema")], ": not a run file of schema 1 or 2"),
        ([START | {"schema": "x"}], f":1: field schema: expected int, got str{AGAIN}"),
    ],
)
def test_another_file_or_a_damaged_line_is_named(
    tmp_path: Path, records: list[object], said: str
) -> None:
    path = of_lines(tmp_path, *records)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)


@pytest.mark.parametrize("text", [b"no run file", b"\x89PNG", b"{}", b'{"kind":"end"'])
def test_a_file_without_a_whole_line_is_a_run_only_if_it_begins_like_one(
    tmp_path: Path, text: bytes
) -> None:
    for read in (load, load_start):
        with pytest.raises(UsageError, match=r"one\.jsonl: not a run file; "):
            read(written(tmp_path, text))


def test_a_fault_of_the_code_is_not_put_down_to_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = of_lines(tmp_path, START, SENT, PASSED, END)

    def planted(*_: object) -> None:
        raise AttributeError("planted")

    monkeypatch.setattr(Summary, "_count", planted)
    assert main(["matrix", str(path)]) == 4
    *trace, last = capsys.readouterr().err.splitlines()
    assert trace[0] == "Traceback (most recent call last):"
    assert "AttributeError: planted" in trace
    assert last.startswith("harness error: AttributeError: planted; ")
