"""Many stacks side by side, end to end: `starlette-conformance judge` and `matrix`."""

from pathlib import Path

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff import kept_verdicts
from starlette_conformance.diff.judge_stacks import own_folder
from starlette_conformance.model.errors import UsageError
from starlette_conformance.runs import sessions
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.patched_copies import Defect, plant
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision

PYTEST = ["--", "-k", "test_greets_the_user_named_in_the_path"]


def closing(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_it_judges_stacks_and_sums_up_their_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --cached, each once."""
    monkeypatch.setattr(kept_verdicts, "FOLDER", str(tmp_path / "verdicts"))
    chosen = ["--stack", "documented", "--stack", "documented-h11", "--jobs", "2", "--cached"]
    assert main(["judge", *chosen, "--runs", str(tmp_path / "first"), *PYTEST]) == 0
    assert closing(capsys) == "2 of 2 stacks judged: 2 pass"
    monkeypatch.setattr(sessions, "Session", None)  # none is begun
    assert main(["judge", *chosen, "--runs", str(tmp_path / "runs"), *PYTEST]) == 0
    shown = capsys.readouterr().out
    assert "2 of 2 stacks not judged again (--cached): verdicts of 20" in shown
    assert shown.splitlines()[-1] == "2 of 2 stacks judged: 2 pass"
    assert main(["matrix", str(tmp_path / "runs")]) == 0
    assert closing(capsys) == "2 of 2 stacks judged: 2 pass"


def test_shards_judge_every_stack_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["--stack", "documented", "--stack", "documented-h11", "--runs", str(tmp_path)]
    for shard in ("1/2", "2/2"):
        assert main(["judge", *chosen, "--shard", shard, *PYTEST]) == 0
        assert closing(capsys) == "1 of 1 stacks judged: 1 pass"
    assert main(["matrix", str(tmp_path)]) == 0
    assert closing(capsys) == "2 of 2 stacks judged: 2 pass"


def test_two_that_begin_at_once_have_folders_of_their_own(tmp_path: Path) -> None:
    stamps = [own_folder(tmp_path).name.partition("Z") for _ in range(3)]
    assert len({"".join(stamp) for stamp in stamps}) == 3
    (tmp_path / "file").write_text("")
    for runs in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UsageError, match="is not a folder"):
            own_folder(runs)


def test_a_session_that_breaks_leaves_its_stacks_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--stack", "documented", "--runs", str(tmp_path)]
    assert main(["judge", *chosen, "--", "--nonsense"]) == 3
    *_, named, last = capsys.readouterr().out.splitlines()
    assert last == "0 of 1 stacks judged: no verdict"
    head, _, log = named.partition(": see ")
    assert head.startswith("NOT JUDGED documented: ")
    assert head.endswith("error: unrecognized arguments: --nonsense")
    assert "unrecognized arguments: --nonsense" in Path(log).read_text("utf-8")


def test_stacks_that_cannot_be_installed_give_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a success nor a finding, whichever command says what came of them."""
    nothing = tmp_path / "index" / "starlette"
    nothing.mkdir(parents=True)
    (nothing / "index.html").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_DEFAULT_INDEX", nothing.parent.as_uri())
        patch.setenv(VARIABLE, str(tmp_path / "cache"))
        chosen = ["--stack", "starlette==0.0.999", "--runs", str(tmp_path / "runs")]
        assert main(["judge", *chosen, *PYTEST]) == 3
    assert closing(capsys) == "0 of 1 stacks judged: 1 not installable"
    assert main(["matrix", str(tmp_path / "runs")]) == 3
    assert closing(capsys) == "0 of 1 stacks judged: 1 not installable"
    page = str(tmp_path / "report.html")
    assert main(["report", str(tmp_path / "runs"), "--html", page]) == 3


def test_an_app_that_does_not_stop_fails_its_own_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter = provision(catalogue().named("documented")).interpreter
    line = "        self._captured_signals.append(sig)\n"
    deaf = Defect("hears no signal", "hello", "uvicorn/server.py", line, "        return\n")
    stack = str(plant(interpreter, tmp_path / "deaf", deaf))
    chosen = ["--stack", stack, "--stack", "documented", "--jobs", "1"]
    assert main(["judge", *chosen, "--runs", str(tmp_path / "runs"), *PYTEST]) == 1
    assert closing(capsys) == "2 of 2 stacks judged: 2 pass, 1 fail"
    (log,) = (tmp_path / "runs").rglob("pytest.log")
    (line,) = [line for line in log.read_text().splitlines() if line.startswith("DID NOT STOP ")]
    assert "json_cors" in line
    assert "did not end within 10 s of SIGTERM, so it was killed" in line


def test_sessions_are_alike_whatever_the_folder_and_the_options_of_pytest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter = provision(catalogue().named("documented")).interpreter
    (tmp_path / "venv").symlink_to(interpreter.parent.parent)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_PLUGINS", "nonsense")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert main(["judge", "--stack", "./venv", *PYTEST]) == 0
    assert closing(capsys) == "1 of 1 stacks judged: 1 pass"


ONCE = """
import pathlib

def pytest_runtest_call(item):
    once = pathlib.Path(__file__).with_name(item.callspec.params["environment"])
    if not once.exists():
        once.touch()
        assert False, "no core was free"
"""


def test_what_fails_is_tried_once_more_alone_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "once.py").write_text(ONCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(sessions, "STACKS_A_SESSION", 1)
    runs = tmp_path / "runs"
    chosen = ["--stack", "documented", "--stack", "documented-h11", "--runs", str(runs)]
    assert main(["judge", *chosen, *PYTEST, "-ponce"]) == 0
    said = capsys.readouterr().out
    spec = "specs/json_cors/test_json_cors.py::test_greets_the_user_named_in_the_path[documented]"
    assert f"PASSED THE SECOND TIME documented {spec}, alone; first: no core was free\n" in said
    last = "2 of 2 stacks judged: 2 pass; 2 passed the second time, alone"
    assert said.splitlines()[-1] == last
    assert main(["matrix", str(runs)]) == 0
    assert closing(capsys) == last
    assert len(list(runs.rglob("*.jsonl"))) == 2


KILLED = """
import os, signal
from starlette_conformance.stacks.cache import cache_folder
(cache_folder() / "environments" / "half.building").mkdir(parents=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_session_was_making_when_it_was_killed_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "killed.py").write_text(KILLED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    chosen = ["--stack", "documented", "--runs", str(tmp_path / "runs")]
    assert main(["judge", *chosen, "--", "-pkilled"]) == 3
    assert list((tmp_path / "cache" / "environments").iterdir()) == []


LOST = """
import pytest, shutil

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    shutil.rmtree(session.config.getoption("--runs"))
"""


def test_a_session_whose_folder_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lost.py").write_text(LOST)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    chosen = ["--stack", "documented", "--runs", str(tmp_path / "runs")]
    assert main(["judge", *chosen, *PYTEST, "-plost"]) == 4
    output = capsys.readouterr().err
    assert output.startswith("error: ")
    assert output.endswith("000/pytest.log: cannot be read: No such file or directory\n")


@pytest.mark.parametrize("shard", ["", "1", "0/2", "3/2", "a/b", "1/0"])
def test_a_shard_that_is_none_is_told(shard: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "--shard", shard]) == 2
    assert f"{shard!r} is not a shard such as 1/4" in capsys.readouterr().err


def test_what_is_no_run_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("nonsense\n", "utf-8")
    assert main(["matrix", str(path)]) == 2
    assert f"{path}:1: not JSON: Expecting value" in capsys.readouterr().err
    assert main(["matrix", str(tmp_path / "missing.jsonl")]) == 2
    assert "missing.jsonl" in capsys.readouterr().err
