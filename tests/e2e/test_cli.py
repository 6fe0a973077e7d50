"""The commands, as a user types them: what they print, and their exit codes."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from rich.console import Console

from starlette_conformance.__main__ import main
from starlette_conformance.cli.topics import TOPICS
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.progress import progress
from starlette_conformance.process.log import Log
from starlette_conformance.servers import DEFAULT
from starlette_conformance.stacks import catalogue
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.project import catalogue as catalogue_of_the_project
from starlette_conformance.stacks.project import ledger

ROOT = Path(__file__).parent.parent.parent
HARNESS = [sys.executable, "-m", "starlette_conformance"]
SECONDS = 60.0
RUN = "import starlette_conformance.__main__ as m; sys.exit(m.main(['stacks']))"
COMMANDS = [name for topic in TOPICS.values() for name in topic]


def ran(*command: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder
    )


def test_stacks_lists_what_the_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    known = catalogue.load(ROOT / "specs" / "stacks.toml")
    assert main(["stacks", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["stacks"]
    assert [row["name"] for row in rows] == list(known.stacks)
    documented = next(row for row in rows if row["name"] == "documented")
    assert documented["requirements"] == list(known.stacks["documented"].requirements)


def test_changes_lists_what_the_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    found = ledger().changes
    assert main(["changes", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["changes"]
    assert [(row["name"], row["first"]) for row in rows] == [(k, c.first) for k, c in found.items()]


def test_the_lists_can_be_read_by_people(capsys: pytest.CaptureFixture[str]) -> None:
    known = catalogue.load(ROOT / "specs" / "stacks.toml").stacks
    assert main(["stacks"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(known)
    assert any(re.fullmatch(r"latest +today", line) for line in lines)
    assert any(
        re.fullmatch(r"starlette-0.46.1-python-3.9 .* starlette==0.46.1, Python 3.9", line)
        for line in lines
    )
    assert main(["changes"]) == 0
    listed = capsys.readouterr().out
    found = ledger().changes
    assert all(text in listed for n, c in found.items() for text in (n, c.sentence, c.link))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "No such command 'nope'."),
        (["jugde"], "No such command 'jugde'. Did you mean 'judge'?"),
        (["judge", "--stakc", "all"], "No such option '--stakc'. Did you mean '--stack'?"),
        (["--nope"], "No such option '--nope'."),
        (["serve"], "Missing argument 'APP'. Choose from: hello, json_cors, "),
        (["serve", "nope"], "'nope' is not one of 'hello', "),
        (["serve", "hello", "--port", "http"], "'http' is not a port, 0 to 65535"),
        (["serve", "hello", "--port", "65536"], "'65536' is not a port, 0 to 65535"),
        (["judge", "--jobs", "0"], "'0' is not a whole number above 0"),
        (["judge", "--jobs", "-3"], "'-3' is not a whole number above 0"),
        (["judge", "--shard", "5/4"], "'5/4' is not a shard such as 1/4"),
        (["explore", "a", "b", "--jobs", "0"], "'0' is not a whole number above 0"),
        (["mutants", "--jobs", "1.5"], "'1.5' is not a whole number above 0"),
        (["mutants", "--sample", "0"], "'0' is not a whole number above 0"),
        (["mutants", "--sample", "-1"], "'-1' is not a whole number above 0"),
        (["knee", "--interval", "0"], "'0' is not a time in seconds, above 0 and below 3600"),
    ],
)
def test_a_command_that_does_not_exist_ends_with_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert re.fullmatch(r"`starlette-conformance( \w+)? --help` shows its options", hint)


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("nope", "error: unknown stack 'nope': `starlette-conformance stacks` lists the names; "),
        ("", "error: unknown stack '': "),
        ("a b", "error: stack 'a b' is not a list of "),
        ("a@1", "error: stack 'a@1': a URL names no release; "),
        # not a package of that name, from an index where anybody puts some
        ("Latest", "error: unknown stack 'Latest': "),
        ("starlette_1.10.0", "error: unknown stack 'starlette_1.10.0': "),
        ("starlette1.10.0", "error: unknown stack 'starlette1.10.0': "),
    ],
)
def test_an_unknown_stack_ends_with_2(
    stack: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "hello", "--stack", stack]) == 2
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize(
    "words",
    [
        ["gate", "documented", "documented", "--json"],
        ["costs", "--results"],
        ["knee", "--json"],
        ["mutants", "--results"],
    ],
)
def test_a_file_that_cannot_be_written_ends_with_2_before_the_work(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, str(tmp_path)]) == 2
    assert capsys.readouterr() == ("", f"error: {tmp_path}: is a folder; name a file\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["explore", "1.9.0", "nope"], "unknown stack 'nope'"),
        (
            ["explore", "1.9.0"],
            "only starlette-1.9.0 is given, and two stacks are compared: name OLD and NEW",
        ),
        (["explore"], "name two stacks, OLD NEW, or --neighbours RANGE"),
        (["costs", "--base", "1.9.0", "--stack", "nope"], "unknown stack 'nope'"),
        (["costs", "--results", "lacking/costs.jsonl"], "there is no folder lacking"),
        (["knee", "--stack", "1.9.0", "--json", "lacking/a"], "there is no folder lacking"),
        (["gate", "1.9.0", "1.10.0", "--json", "lacking/a"], "there is no folder lacking"),
        (["report", "nowhere", "--html", "a"], "nowhere: no such file or folder; `judge`"),
    ],
)
def test_a_release_is_a_stack_for_every_verb_and_outputs_are_checked_first(
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("starlette_conformance.cost.callgrind.found", lambda: True)
    assert main(words) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("typo", "near"), [("documentd", "documented, "), ("Latest", "latest)")])
def test_an_unknown_stack_is_told_what_is_near_it(
    typo: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "hello", "--stack", typo]) == 2
    assert f"(near it: {near}" in capsys.readouterr().err


def test_a_cache_that_cannot_be_made_ends_with_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "cache"))
    assert main(["serve", "hello"]) == 4
    assert capsys.readouterr().err.startswith("error: the cache folder ")


def no_network(folder: Path) -> dict[str, str]:
    return {
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
        "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(folder / "uv-cache"),
        VARIABLE: str(folder / "cache"),
    }


def test_a_stack_that_cannot_be_installed_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in no_network(tmp_path).items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "hello"]) == 3
    assert capsys.readouterr().err.startswith("not installable: stack latest: its packages cannot ")


def test_a_port_in_use_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert main(["serve", "hello", "--stack", "documented", "--port", str(port)]) == 3
    assert f"did not start: 127.0.0.1:{port} cannot be used (" in capsys.readouterr().err


def test_an_app_is_served_until_it_is_interrupted() -> None:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [*HARNESS, "serve", "hello", "--stack", "documented", "--port", "0"],
        stdout=writing,
        stderr=writing,
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(writing)
    log = Log(reading)
    try:
        assert log.wait_for(lambda lines: bool(DEFAULT.port(lines)), SECONDS)
        os.killpg(server.pid, signal.SIGINT)  # as Ctrl+C in a terminal does
        assert server.wait(SECONDS) == 0
    finally:
        server.kill()
        server.wait()
        log.close()
    assert log.lines()[0].startswith("hello on documented (starlette 0.46.1, ")
    assert log.ended


def test_a_checkout_that_cannot_be_written_is_no_error() -> None:
    command = sys.executable, "-m", "pytest", "tests/unit/test_verdict_table.py", "-q"
    done = ran(*command, "-o", "cache_dir=/proc/none")
    assert (done.returncode, done.stderr) == (0, "")
    assert "could not create cache path /proc/none" in done.stdout


@pytest.mark.parametrize(
    ("verb", "line"), [("changes", "COOKIE"), ("explain FILES_ALLOW_ON_405", "FILES")]
)
def test_output_that_nobody_took_is_neither_good_nor_a_finding(verb: str, line: str) -> None:
    command = (
        f"{sys.executable} -m starlette_conformance {verb} | head -n 1; exit ${{PIPESTATUS[0]}}"
    )
    done = ran("bash", "-c", command)
    assert (done.returncode, "Traceback" in done.stderr) == (141, False)
    assert done.stdout.startswith(line)


@pytest.mark.parametrize("closed", ["1>&-", "0<&- 1>&- 2>&-"])
def test_a_standard_stream_that_is_closed_is_no_error(tmp_path: Path, closed: str) -> None:
    folder = tmp_path / "runs"
    judge = f"{sys.executable} -m starlette_conformance judge"
    command = f"{judge} --stack documented --runs {folder} {closed}"
    done = ran("bash", "-c", f"{command} -- -k test_greets_the_user_named_in_the_path")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "" or done.stdout.endswith("\n1 of 1 stacks judged: 1 pass\n")


def test_an_interrupt_has_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("starlette_conformance.stacks.project.catalogue", interrupted)
    assert main(["stacks"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_python_that_lacks_packages_is_told_which(tmp_path: Path) -> None:
    path = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {RUN}"
    done = ran(sys.executable, "-I", "-S", "-c", path, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    needs = r"error: starlette-conformance needs the package \w+, which \S+ does not have; "
    assert re.fullmatch(rf"{needs}README.md .*\n", done.stderr)


def test_a_harness_without_the_project_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("starlette_conformance.stacks.project.ROOT", tmp_path)
    with pytest.raises(UsageError, match=r"stacks\.toml: install starlette-conformance again"):
        catalogue_of_the_project.__wrapped__()


def test_an_older_python_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("starlette_conformance.__main__.sys.version_info", (3, 9, 1))
    assert main(["stacks"]) == 2
    assert "needs Python 3.11 or newer, and this is 3.9; " in capsys.readouterr().err


@pytest.mark.parametrize("verb", [[], *([name] for name in COMMANDS)])
def test_help_fits_a_terminal_of_80_columns(
    verb: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*verb, "--help"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_the_help_lists_every_command_by_topic_and_the_exit_codes(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    commands = {path.stem for path in (ROOT / "starlette_conformance" / "cli").glob("*.py")}
    others = {"__init__", "app", "app_options", "main", "making_options", "options"}
    others |= {"project_options", "topics"}
    assert commands - others == set(COMMANDS)
    for topic, sentences in TOPICS.items():
        first = lines.index(f"{topic}:") + 1
        shown = " ".join(lines[first:]).split()
        assert shown[: len(sentences)] != []
        assert [
            line.split()[0] for line in lines[first : lines.index("", first)] if line[2] != " "
        ] == (list(sentences))
    assert "Exit codes:" in lines
    assert "    2  usage error" in lines


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_begins_with_its_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert next(topic[name] for topic in TOPICS.values() if name in topic) in shown
    assert "-q, --quiet" in shown


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert capsys.readouterr().out.startswith(f"starlette-conformance {project['version']} (")


def test_a_shell_completes_commands_options_and_stacks() -> None:
    for words, wanted in (
        ("starlette-conformance jud", "plain,judge"),
        ("starlette-conformance judge --sha", "plain,--shard"),
        ("starlette-conformance serve hello --stack starlette-0.46", "plain,starlette-0.46.1"),
    ):
        environment = {
            **os.environ,
            "_STARLETTE_CONFORMANCE_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        done = subprocess.run(
            HARNESS, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert wanted in done.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_this_command(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--completion", shell]) == 0
    assert f"_STARLETTE_CONFORMANCE_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_quiet_shows_no_progress_and_verbose_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, traceback in ((["serve", "hello", "--stack", "nope", "-v"], True),
                             (["-v", "serve", "hello", "--stack", "nope"], True),
                             (["serve", "hello", "--stack", "nope"], False)):  # fmt: skip
        assert main(words) == 2
        assert ("Traceback" in capsys.readouterr().err) == traceback
    assert main(["-q", "stacks", "--json"]) == 0
    screen = Console(file=io.StringIO(), force_terminal=True)
    with progress("sending", screen) as shown:
        shown.update(shown.add_task("", total=1), advance=1)
    assert isinstance(screen.file, io.StringIO)
    assert screen.file.getvalue() == ""
    assert main(["stacks", "--json"]) == 0  # one command does not quiet the next
    with progress("sending", screen) as shown:
        shown.update(shown.add_task("", total=1), advance=1)
    assert "sending" in screen.file.getvalue()


def test_another_system_than_linux_is_told_what_runs_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("starlette_conformance.__main__.sys.platform", "darwin")
    assert main(["stacks"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "needs Linux, and this is darwin: use WSL on Windows, or a container" in line


@pytest.mark.parametrize(
    ("module", "extra"), [("scipy", "measure"), ("locust.env", "load"), ("playwright", "browser")]
)
def test_a_missing_extra_is_named(
    module: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def lacks() -> None:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("starlette_conformance.stacks.project.catalogue", lacks)
    assert main(["stacks"]) == 2
    name = module.partition(".")[0]
    assert capsys.readouterr().err == (
        f"error: `stacks` needs {name}: pip install 'starlette-conformance[{extra}]'\n"
    )


def test_a_module_of_ours_that_is_missing_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacks() -> None:
        raise ModuleNotFoundError("no module", name="starlette_conformance.nowhere")

    monkeypatch.setattr("starlette_conformance.stacks.project.catalogue", lacks)
    assert main(["stacks"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_the_old_name_says_what_is_new() -> None:
    done = ran(sys.executable, "-m", "harness", "diff", "0.46.1", "1.10.0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: `python -m harness` is now `starlette-conformance`: "
        "starlette-conformance diff 0.46.1 1.10.0\n"
    )
