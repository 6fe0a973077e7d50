"""`gate --app`: which requests are measured, what is said of the others, and the verdict."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.cost import causes_of_costs, counts, measurable, paired
from starlette_conformance.cost.app_request import AppRequest, Group
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.patched_copies import plant
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import of_interpreter, provision
from starlette_conformance.userapp.http_file import requests
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.start_options import StartOptions
from studies.plants import PLANTS
from tests.e2e.test_cost_gate import valgrind

__all__ = ["valgrind"]

MINIATURES = Path(__file__).parent.parent / "miniatures"
NAME = "costly_app:app"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WARM_UP", 5), ("REQUESTS", 5)):
        monkeypatch.setattr(counts, name, value)
    monkeypatch.setattr(paired, "BLOCKS", 4)
    monkeypatch.setattr(paired, "rounds_for", lambda _: 1)
    monkeypatch.setattr(measurable, "APART", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the app alone: each process gets a copy of it."""
    made = tmp_path / "app"
    made.mkdir()
    return Path(shutil.copy(MINIATURES / "costly_app.py", made)).parent


@pytest.fixture
def documented() -> Environment:
    return provision(catalogue().named("documented"))


@pytest.fixture
def command(tmp_path: Path, folder: Path) -> Callable[..., list[str]]:
    """The words that gate one stack against itself, with the app planted on NEW."""

    def words(sent: str, planted: str, *more: str) -> list[str]:
        file = tmp_path / "sent.http"
        file.write_text(sent, "utf-8")
        given = ["--app", NAME, "--cwd", str(folder), "--requests", str(file), "--no-cause"]
        return ["gate", *["documented"] * 2, *given, "--new-env", f"PLANTED={planted}", *more]

    return words


SENT = """
# @name login
POST /login
###
GET /me
Authorization: Bearer {{login.response.body.$.token}}
###
GET /me
###
GET /identified
###
POST /make
###
POST /register
###
GET /breaks
###
GET /varies
###
GET /slow
###
GET /stream
###
GET /nowhere
###
GET /nowhere

?? status == 404
"""


def test_it_measures_what_responds_rightly_and_says_what_does_not(
    documented: Environment, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "sent.http"
    file.write_text(SENT, "utf-8")
    app = StartOptions(new_env=["PLANTED=breaks"]).app(NAME, folder, ())
    steps = requests(file, app.name)
    old, new = (replace(documented, name=name) for name in ("OLD", "NEW"))
    found = measurable.measurable(app, old, new, steps, steps, 0.5)
    assert [(each.name, each.status, each.alike, each.app) for each in found.benchmarks] == [
        ("GET /me (sent.http:5)", 200, "length", NAME),
        ("GET /identified", 200, "length", NAME),
        ("GET /nowhere (sent.http:26)", 404, "length", NAME),
        ("POST /login", 200, "status", NAME),
        ("POST /make", 201, "status", NAME),
    ]
    said = "\n".join(found.left_out.values())
    assert "GET /me (sent.http:8): status 401; write `?? status == 401` if that is meant" in said
    assert "POST /register on OLD" in said
    assert "responded wrongly: status 409 instead of 201" in said
    assert "it varies, with" in said
    assert "GET /slow: a response takes 0.3 s, and some thousand are needed" in said
    assert "GET /stream (sent.http:22): no last chunk: left by the client" in said
    assert "GET /nowhere (sent.http:24): status 404" in said
    assert len(found.left_out) == 6
    (broken,) = found.broken.values()
    assert broken.startswith("GET /breaks (sent.http:16): right on OLD, and on NEW: status 500; ")


@pytest.mark.timeout(180)  # two starts under callgrind
@pytest.mark.usefixtures("valgrind")
def test_a_request_that_is_dearer_on_new_is_a_regression(
    command: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    words = command("/work\n###\n/breaks\n###\n/nowhere", "works", "--json", str(figures))
    # valgrind and vgdb name the pipe between them by this
    assert main([*words, "--env", "HOST=elsewhere"]) == 1
    output = capsys.readouterr().out
    found = json.loads(figures.read_text("utf-8"))
    assert "REGRESSION GET /work: instructions +" in output
    assert "work.<locals>.<genexpr> (app/costly_app.py)" in output
    assert "1 of 3 requests measured" in output
    assert (found["verdict"], found["outcome"], found["app"]) == ("fail", "regression", NAME)
    assert [text.partition(" (")[0] for text in found["not_measured"]] == [
        "GET /nowhere",
        "GET /breaks",
    ]
    whats = {each["what"] for each in found["findings"]}
    assert {"instructions", "CPU seconds", "waiting seconds", "bytes left", "bytes"} <= whats


def test_what_others_change_only_when_they_are_repeated_is_measured_apart(
    documented: Environment, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "sent.http"
    file.write_text("POST /make\n###\nGET /tenth\n\n?? status == 404\n###\n/work")
    app = StartOptions().app(NAME, folder, ())
    steps = requests(file, app.name)
    found = measurable.measurable(app, documented, documented, steps, steps, 0.5)
    assert {each.name: each.app for each in found.benchmarks} == {
        "POST /make": NAME,
        "GET /tenth": f"{NAME} 2",
        "GET /work": NAME,
    }
    assert not found.left_out
    assert not found.broken


def test_without_a_request_that_can_be_measured_nothing_passes(
    command: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command("/nowhere", "")) == 3
    ended = capsys.readouterr()
    assert "not measured: GET /nowhere" in ended.out
    assert ended.err == "cannot tell: none of 1 requests can be measured\n"


def test_an_app_that_does_not_start_is_not_measured(
    command: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command("/work", "", "--old-env", "PLANTED=does not start")) == 3
    assert "RuntimeError: no such luck" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--app", NAME], "error: name the app by --app and a file by --requests, or neither"),
        (["--requests", "a.http"], "error: name the app by --app and a file by --requests"),
        (["--app", NAME, "--requests", "a.http", "--benchmark", "hello"], "error: --benchmark is"),
        (["--app", NAME, "--requests", "lacking.http"], "error: lacking.http: "),
    ],
)
def test_what_cannot_be_meant_ends_with_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "documented", "documented", *words]) == 2
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize(
    "red",
    [
        Finding("GET /", "instructions", 100.0, 105.0, 0.05, 0.001, 0.005, "regression"),
        Finding("GET /", "syscalls", 28.0, 29.0, 1.0, 0.0, 0.0, "regression"),
    ],
)
def test_what_makes_a_request_dearer_is_found_by_counts(
    documented: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, red: Finding
) -> None:
    """The count is faked: what is planted in a file of Starlette makes 5 % more instructions, and a
    system call more, beside others that threads make by chance.
    """
    defect = PLANTS[0]
    newer = of_interpreter(str(plant(documented.interpreter, tmp_path / "new", defect)))

    def counted(environment: Environment, those: list[AppRequest], **_: int) -> dict[str, Count]:
        (file,) = environment.interpreter.parent.parent.glob(f"lib/*/site-packages/{defect.file}")
        more = defect.new in file.read_text("utf-8")
        calls = {"futex": 26.0, "stat": 2.0} if more else {"futex": 27.0, "stat": 1.0}
        ranges = {"futex": (26.0, 27.0)}
        one = Count((105.0 if more else 100.0,), 10.0, syscalls=calls, ranges=ranges)
        return dict.fromkeys((each.name for each in those), one)

    monkeypatch.setattr(causes_of_costs, "count", counted)
    app = StartOptions().app(NAME, MINIATURES, ())
    group = Group("app", {documented.name: app, newer.name: app}, [], {})
    benchmark = AppRequest("GET /", group, requests_of(tmp_path)[0], 200, "length")
    little = Finding("GET /", "instructions", 100.0, 100.9, 0.009, 0.001, 0.005, "regression")
    give = (documented, newer, [benchmark])
    assert causes_of_costs.causes(*give, [little], 60, lambda: None) is None
    found = causes_of_costs.causes(*give, [red], 60, lambda: None)
    assert found is not None
    (cause,) = found.causes
    (sufficient,) = cause.sufficient
    assert [each.package for each in sufficient.culprits] == ["starlette"]
    assert (cause.differences, cause.proved) == ((("GET /", red.what),), True)


def test_a_call_in_the_place_of_another_tells_no_trials_apart(
    documented: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = of_interpreter(str(plant(documented.interpreter, tmp_path / "new", PLANTS[0])))
    one = Count((100.0,), 10.0, syscalls={"send": 2.0})
    monkeypatch.setattr(causes_of_costs, "count", lambda *_, **__: {"GET /": one})
    app = StartOptions().app(NAME, MINIATURES, ())
    group = Group("app", {documented.name: app, newer.name: app}, [], {})
    benchmark = AppRequest("GET /", group, requests_of(tmp_path)[0], 200, "length")
    red = Finding("GET /", "syscalls", 2.0, 2.0, 0.0, 0.0, 0.0, "regression", "recv -1, send +1")
    found = causes_of_costs.causes(documented, newer, [benchmark], [red], 60, lambda: None)
    assert found is not None
    (cause,) = found.causes
    assert cause.sufficient == ()
    assert cause.untold


def requests_of(folder: Path) -> list[Step]:
    file = folder / "one.http"
    file.write_text("/", "utf-8")
    return requests(file, NAME)
