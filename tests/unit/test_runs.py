"""Run files: written as things happen, and read back byte for byte."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.http.connection import Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.errors import UsageError
from starlette_conformance.runs.run_file import SCHEMA, Run, read
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


def lines(run: Run) -> list[dict[str, Any]]:
    """What stands in the file of a run now, without the times."""
    records = list(read(run.path))
    for record in records:
        record.pop("started", None)
        record.pop("finished", None)
    return records


def begun(folder: Path, stack: str = "latest") -> Run:
    run = Run(folder, stack)
    run.begin(ENVIRONMENT)
    return run


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    run = begun(tmp_path / "runs")
    run.exchange(SPEC, EXCHANGE)
    run.exchange(SPEC, EXCHANGE)
    run.verdict(SPEC, "hello", "fail", "no\nmatch \u2713", {"A_CHANGE": True}, 0.12345)
    run.exchange(SPEC, EXCHANGE)
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
            "python": "3.11.7",
            "implementation": "",
            "parser": "h11",
            "loop": "asyncio",
            "hash_seed": 0,
            "packages": dict(ENVIRONMENT.packages),
            "again": ["--stack", PINS, "--hash-seed", "0"],
            "called": PINS,
        },
        exchange | {"id": 1},
        exchange | {"id": 2},
        verdict
        | {
            "verdict": "fail",
            "reason": "no\nmatch \u2713",
            "exchanges": [1, 2],
            "changes": {"A_CHANGE": True},
            "seconds": 0.123,
            "browser": False,
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


def test_a_run_tells_when_it_was(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    run = begun(tmp_path)
    run.end()
    first, last = read(run.path)
    times = [datetime.fromisoformat(text) for text in (first["started"], last["finished"])]
    assert [before, *times] == sorted([before, *times])
    assert {time.utcoffset() for time in times} == {timedelta()}


def test_every_byte_survives(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.exchange(SPEC, EXCHANGE)
    received = lines(run)[1]["received"]
    run.end()
    assert received[0][1].encode("latin-1") == EVERY_BYTE


def test_a_stack_that_could_not_be_provisioned_has_no_packages(tmp_path: Path) -> None:
    run = Run(tmp_path, "latest")
    run.begin(None)
    run.end()
    head = lines(run)[0]
    assert [head[key] for key in ("python", "parser", "loop", "packages")] == [None] * 4


def test_lines_are_on_disk_as_they_happen(tmp_path: Path) -> None:
    run = begun(tmp_path)
    kinds = [[record["kind"] for record in lines(run)]]
    run.exchange(SPEC, EXCHANGE)
    kinds.append([record["kind"] for record in lines(run)])
    run.verdict(SPEC, "hello", "pass", "", {}, 0.1)
    kinds.append([record["kind"] for record in lines(run)])
    run.end()
    assert kinds == [["run"], ["run", "exchange"], ["run", "exchange", "verdict"]]


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


HEAD = json.dumps({"kind": "run", "schema": SCHEMA}) + "\n"
VERDICT = json.dumps({"kind": "verdict"}) + "\n"


def written(folder: Path, text: bytes) -> Path:
    path = folder / "one.jsonl"
    path.write_bytes(text)
    return path


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    whole = (HEAD + VERDICT).encode()
    for length in range(len(whole) + 1):
        records = list(read(written(tmp_path, whole[:length])))
        assert len(records) == whole[:length].count(b"\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "{}\n" + VERDICT, "one.jsonl:2: not a line of a run file"),
        (HEAD + VERDICT + "[1]\n", "one.jsonl:3: not a line of a run file"),
        (HEAD + VERDICT + "7\n", "one.jsonl:3: not a line of a run file"),
        (HEAD + VERDICT[:-3] + "\n" + VERDICT, "one.jsonl:2: not a line of a run file"),
        (HEAD + "\n", "one.jsonl:2: not a line of a run file"),
        ("\x80\xff\n", "one.jsonl:1: not a line of a run file"),
        (VERDICT, "one.jsonl: not a run file of schema 1"),
        (HEAD.replace("1", "2"), "one.jsonl: not a run file of schema 1"),
        (HEAD.replace('"schema"', '"version"'), "one.jsonl: not a run file of schema 1"),
    ],
)
def test_another_file_or_a_damaged_line_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        list(read(written(tmp_path, text.encode("latin-1"))))
    assert str(caught.value) == f"{tmp_path}/{told}"
