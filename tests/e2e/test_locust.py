"""locust itself against miniatures with one defect each, side by side, a few seconds each."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from starlette_conformance.load.results_file import read
from starlette_conformance.process.launch import guarded
from tests.miniatures.hostile_text import AZURE, FORGED, OLDER, TERMINAL
from tests.miniatures.log_parsers import inert
from tests.miniatures.raw_server import closes, miniature

ROOT = Path(__file__).parent.parent.parent
SECONDS = 100.0
CALM_TRIES = 4
"""Of a run whose verdict is that others had its cores."""
INTERVAL = 0.1
DEFECTS = ("good", "disorders", "cuts", "dies", "never", "wrong")

HOG = """
import time
import gevent
from locust import events

def hog():
    while True:
        begun = time.monotonic()
        while time.monotonic() < begun + 0.2:
            pass
        gevent.sleep(0.01)

@events.test_start.add_listener
def start(**_):
    gevent.spawn(hog)
"""
"""A listener that leaves the reader no time."""

DIES = """
import os, signal
import gevent, psutil
from locust import events, runners
from locust.runners import WorkerRunner

runners.HEARTBEAT_LIVENESS = 10  # or busy cores make the one that lives look dead

def end(runner):
    workers = psutil.Process().children()
    while all(each.is_running() and each.status() != "zombie" for each in workers):
        gevent.sleep(0.05)
    gevent.sleep(2)
    runner.quit()

@events.test_start.add_listener
def start(environment, **_):
    runner = environment.runner
    if not isinstance(runner, WorkerRunner):
        gevent.spawn(end, runner)
    elif runner.worker_index == 0:
        gevent.spawn_later(2, os.kill, os.getpid(), signal.SIGKILL)
"""
"""A listener that ends one of the workers outright, and the run two seconds later."""

ENDS = """
import os
import gevent
from locust import events
from locust.runners import WorkerRunner

row, least, more = os.environ["END_AT"].split(",")

def end(environment):
    while sum(each.num_requests + each.num_failures
              for each in environment.stats.entries.values() if each.name == row) < int(least):
        gevent.sleep(0.05)
    gevent.sleep(float(more))
    environment.runner.quit()

@events.test_start.add_listener
def start(environment, **_):
    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(end, environment)
"""
"""A listener that ends a run when a row of locust's table has so many entries, and some seconds
more: how fast the machine is does not matter."""

OPENS = """
import sys
sys.path.insert(0, "loadtests")
import _run
marked = []
class Loaded:
    def __init__(self, name):
        self.mark = lambda: marked.append(name)
_run.run.servers = {name: Loaded(name) for name in ("HelloUser", "SseUser")}
_run.all_windows_are_open()
print(marked)
"""
"""The moment from which events count, where users of other kinds have sent requests for a while."""

FORKS = """
import json, os, sys, tempfile
import locust.main

for words in json.load(sys.stdin):
    errors = tempfile.TemporaryFile("w+")
    process = os.fork()
    if not process:
        os.dup2(errors.fileno(), 2)
        sys.argv = ["locust", *words]
        sys.exit(locust.main.main())
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    errors.seek(0)
    print(json.dumps([code, errors.read()]), flush=True)
"""
"""Locust by command line after command line, imported once: that is most of what a start takes."""

EVENTS, SUBSCRIBED, WRONG = "event lateness,30,0", "subscribe,6,6", "event,6,0"
BOTH = "subscribe,6,3"


@dataclass
class Run:
    """A locust under way."""

    process: subprocess.Popen[str]
    results: Path
    again: Callable[[], "Run"]

    def ended(self) -> tuple[int, str]:
        """The exit code, and all that it said."""
        said, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said


@contextmanager
def streaming(defect: str, interval: float = INTERVAL) -> Iterator[str]:
    """The URL of a miniature that streams."""
    command = [
        sys.executable,
        str(ROOT / "tests" / "miniatures" / "streaming.py"),
        defect,
        str(interval),
    ]
    with subprocess.Popen(
        guarded(command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[4]
        finally:
            process.kill()


def begun(
    folder: Path, name: str, *options: str, user: str = "SseUser", end: str = "never,1,0"
) -> Run:
    results = folder / f"{name}.json"
    (folder / "ends.py").write_text(ENDS)
    words = [user, "--headless", "-u", "6", "-r", "50", "-t", "30s", "--only-summary"]
    process = subprocess.Popen(
        guarded(
            [
                *(sys.executable, "-m", "locust", "-f", f"loadtests,{folder}/ends.py", *words),
                *("--interval", str(INTERVAL), "--results", str(results), *options),
            ]
        ),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"NO_COLOR": "1", "END_AT": end},
    )
    return Run(process, results, lambda: begun(folder, name, *options, user=user, end=end))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """All runs at once: they mostly wait."""
    folder = tmp_path_factory.mktemp("locust")
    hog = folder / "hog.py"
    hog.write_text(HOG)
    hasty = folder / "hasty.py"
    hasty.write_text("import _fanout\n_fanout.CONNECT_SECONDS = 1.0\n")
    dies = folder / "dies_itself.py"
    dies.write_text(DIES)
    with ExitStack() as stack:
        urls = {defect: stack.enter_context(streaming(defect)) for defect in DEFECTS}
        good = ("--host", urls["good"])
        ends = dict.fromkeys(DEFECTS, WRONG) | {
            "good": EVENTS,
            "disorders": EVENTS,
            "never": SUBSCRIBED,
        }
        found = {
            each: begun(folder, each, "--host", urls[each], end=ends[each]) for each in DEFECTS[:-1]
        }
        found |= {
            "hogged": begun(
                folder, "hogged", *good, "-f", f"loadtests,{hog},{folder}/ends.py", end=EVENTS
            ),
            "two": begun(folder, "two", *good, "--processes", "2", end=BOTH),
            "bereft": begun(
                *(folder, "bereft", *good, "--processes", "2"),
                *("-f", f"loadtests,{dies},{folder}/ends.py"),
            ),
            "short": begun(folder, "short", *good, "-r", "1", "-t", "1s"),
            "early": begun(  # it ends between the first event and the second
                *(folder, "early", "--host", stack.enter_context(streaming("good", 8))),
                *("--interval", "8"),
                end="subscribe,6,10",
            ),
            "hasty": begun(
                *(folder, "hasty", "--host", stack.enter_context(streaming("good", 3))),
                *("-f", f"loadtests,{hasty},{folder}/ends.py", "--interval", "3"),
                end=EVENTS.replace("30", "6"),
            ),
            "nobody": begun(folder, "nobody", "--host", "http://127.0.0.1:9"),
            "many": begun(folder, "many", *good, "-u", "999999999"),
            "lacking/many": begun(folder, "lacking/many", *good, "-u", "999999999"),
            "wrong": begun(
                folder, "wrong", "--host", urls["wrong"], user="HelloUser", end="HelloUser /,1,0"
            ),
            "embedded": begun(folder, "embedded", "--stack", "documented", "-t", "10m"),
        }
        yield found
        for run in found.values():
            run.process.kill()
            run.process.communicate()


def _serves(process: psutil.Process, script: str) -> bool:
    """Whether it runs an app: its supervisor has the same words behind its own."""
    words = str(process.cmdline())
    return script in words and "_supervisor" not in words


def test_a_server_that_crashes_in_mid_run_is_named(runs: dict[str, Run]) -> None:
    locust = psutil.Process(runs["embedded"].process.pid)
    deadline = time.monotonic() + SECONDS
    apps: list[psutil.Process] = []
    while not apps and time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):  # others come and go
            apps = [each for each in locust.children(True) if _serves(each, "apps/sse.py")]
        time.sleep(0.1)
    assert apps, "no app was started"
    while len(apps[0].net_connections()) < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
    apps[0].send_signal(signal.SIGSEGV)
    code, said = runs["embedded"].ended()
    assert code == 1, said
    assert "the server of SseUser ended in mid-run with status -11: " in said
    assert json.loads(runs["embedded"].results.read_text())["crashed"]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("disorders", 1, "streams: 6 × lost"),
        ("disorders", 1, "streams: 6 × out of order"),
        ("disorders", 1, "streams: 6 × repeated"),
        ("disorders", 1, "the first: stream: event 2 was repeated"),
        ("cuts", 1, "streams: 6 × cut in half"),
        ("dies", 1, "× ended early"),
        ("never", 1, "streams: 6 × silent"),
        ("hogged", 3, "the generator was the limit: its own loop was "),
        ("bereft", 3, "1 of 2 generators never reported"),
        ("short", 3, "nothing was measured: events count when all subscribers have had their"),
        ("early", 3, "nothing was measured: events count when all subscribers have had their"),
        ("nobody", 3, "did not start: --host http://127.0.0.1:9: nobody listens there"),
        ("many", 2, "file descriptors in one process"),
        ("lacking/many", 2, "\nerror: "),
        ("lacking/many", 2, "/lacking/many.json: there is no folder "),
        ("wrong", 1, "responses were wrong"),
        ("good", 0, "Correctness: OK. Latency: not verified, since the raw reader saw only "),
    ],
)
def test_a_run_ends_with_its_verdict(
    runs: dict[str, Run], said: dict[str, tuple[int, str]], name: str, code: int, message: str
) -> None:
    if name not in said:
        said[name] = calm(runs, name) if name == "good" else runs[name].ended()
    assert said[name][0] == code, said[name][1]
    assert message in said[name][1], said[name][1]
    assert ("No speed is reported" in said[name][1]) == (
        not name.endswith(("good", "nobody", "many"))
    )


def calm(runs: dict[str, Run], name: str) -> tuple[int, str]:
    """As `ended`; where it could tell nothing beside all the others, again without them."""
    code, said = runs[name].ended()
    for _ in range(CALM_TRIES):
        if code != 3:
            break
        runs[name] = runs[name].again()
        code, said = runs[name].ended()
    return code, said


@pytest.fixture(scope="module")
def said() -> dict[str, tuple[int, str]]:
    """What runs said; each is asked once."""
    return {}


BAD: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("SseUser", "--host", "http://127.0.0.1:9", "--padding", "9"),
        "--padding: events get it where the app is started here, without --host",
    ),
    (
        ("HelloUser", "--host", "http://[::1"),
        "--host http://[::1: it must look like http://127.0.0.1:8000",
    ),
    (("HelloUser", "--host", "http://x:99999"), "--host http://x:99999: it must look like"),
    (
        ("HelloUser", *("--stack", "latest") * 3),
        "--stack: name one, or two that are loaded in turns",
    ),
    (("UserAppUser",), "UserAppUser needs --app MODULE:APP and --requests FILE"),
    (("SseUser", *("--stack", "latest") * 2), "--stack OLD --stack NEW: SseUser cannot change"),
    (("HelloUser", "--results", "nonesuch/a.json"), "nonesuch/a.json: there is no folder nonesuch"),
)


@pytest.fixture(scope="module")
def ended() -> dict[tuple[str, ...], tuple[int, str]]:
    """By its options, the exit code and errors of each locust that ends before a run."""
    commands = [["-f", "loadtests", *options, "--headless"] for options, _ in BAD]
    done = subprocess.run(
        [sys.executable, "-c", FORKS],
        cwd=ROOT,
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    found = map(json.loads, done.stdout.splitlines())
    return {options: tuple(each) for (options, _), each in zip(BAD, found, strict=True)}


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_ends_with_2_before_the_run(
    ended: dict[tuple[str, ...], tuple[int, str]], options: tuple[str, ...], message: str
) -> None:
    code, errors = ended[options]
    assert (code, "Traceback" in errors) == (2, False), errors
    assert [line for line in errors.splitlines() if line.startswith(f"error: {message}")], errors


def test_first_events_are_waited_for_however_long_the_interval_is(runs: dict[str, Run]) -> None:
    code, said = runs["hasty"].ended()
    fanout = read(runs["hasty"].results).fanout
    assert code in {0, 3}
    assert fanout is not None
    assert fanout.lateness.count >= 6, said


def test_figures_that_go_to_stdout_are_alone_there() -> None:
    words = ["HelloUser", "--headless", "-t", "2s", "--stack", "documented", "--results", "-"]
    done = subprocess.run(
        [sys.executable, "-m", "locust", "-f", "loadtests", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    found = json.loads(done.stdout)
    requests = found["requests"]["HelloUser"]
    assert requests["count"] > 0
    assert requests["target"] >= requests["sent"] > 0
    assert abs(requests["target"] - 20 * requests["seconds"]) <= 3  # but for where the window ends
    assert requests["due"]["p50"] >= requests["time"]["p50"] > 0
    assert found["ceiling"] > 20
    rate = requests["target"] / requests["seconds"]
    assert f"HelloUser: target {rate:,.0f} requests/s, " in done.stderr
    good = "Good: every response" in done.stderr or "Correctness: OK." in done.stderr
    assert done.returncode == (0 if good else 3), done.stderr


def test_the_requests_of_a_file_are_the_load_of_ones_own_app(tmp_path: Path) -> None:
    """What cannot be repeated is not sent, and what fails later is a failure."""
    shutil.copy(ROOT / "tests" / "miniatures" / "costly_app.py", tmp_path)
    sent = ["POST /login", "GET /me\nAuthorization: Bearer {{login.response.body.$.token}}"]
    sent += ["POST /register", "GET /tires"]
    file = tmp_path / "sent.http"
    file.write_text("# @name login\n" + "\n###\n".join(sent), "utf-8")
    words = ["UserAppUser", "--app", "costly_app:app", "--cwd", str(tmp_path), "--requests"]
    words += [str(file), "--headless", "-t", "2s", "--stack", "documented", "--env", "TIRED=3"]
    done = subprocess.run(
        [sys.executable, "-m", "locust", "-f", "loadtests", *words, "--results", "-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    said = "not sent: POST /register (sent.http:7): it responds with 201, and with 409 when it is"
    assert said in done.stderr
    assert "expected 200, received 503 b'no more'" in done.stderr
    requests = json.loads(done.stdout)["requests"]["UserAppUser"]
    assert requests["count"] > requests["failures"] > 0


def test_the_time_of_requests_goes_on_when_events_begin_to_count() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENS], cwd=ROOT, capture_output=True, timeout=SECONDS, check=True
    )
    assert done.stdout == b"['SseUser']\n"


def test_two_workers_merge_to_one(runs: dict[str, Run]) -> None:
    code, said = calm(runs, "two")
    assert code == 0 or (code == 3 and "was the limit" in said), said
    fanout = read(runs["two"].results).fanout
    assert fanout is not None
    assert (fanout.wanted, fanout.connected, len(fanout.generators)) == (6, 6, 2), said
    expected = 6 * fanout.seconds / INTERVAL
    assert 0.5 * expected < fanout.lateness.count < 1.5 * expected


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        (["-f", "loadtests", "--help"], True),
        (["-h", "-f", "loadtests/sse.py"], True),
        (["--help", "-f", "tests/miniatures/streaming.py"], False),
    ],
)
def test_help_lists_the_options_of_the_files_that_it_is_asked_for(
    words: list[str], listed: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "locust", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    _, group, ours = done.stdout.partition("\nConformance options:\n")
    found = re.findall(r"^  (--\S+)", ours, re.MULTILINE)
    assert bool(group) == listed
    options = [
        "--stack",
        "--interval",
        "--sse-profile",
        "--padding",
        "--fail-p99",
        "--fail-rate",
        "--results",
    ]
    options += ["--app", "--requests", "--cwd", "--with", "--env"]
    assert found == (options if listed else [])


INTERRUPTED = """
import gevent.monkey
gevent.monkey.patch_all()
import logging, os, signal, subprocess, sys
sys.path.insert(0, "loadtests")
from _starting import interrupted_later

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGINT))
try:
    with interrupted_later():
        process = subprocess.Popen(["true"])
        print("started", flush=True)
except KeyboardInterrupt:
    logging.warning("heard")
print(process.wait())
"""
"""Ctrl-C amid the fork by which a server is started."""


def test_an_interrupt_amid_a_fork_is_heard_after_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("started\n0\n", "WARNING:root:heard\n")


@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_cut_off_is_not_good(by: signal.Signals, code: int, tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with miniature(closes(answer)) as server:
        run = begun(tmp_path, "cut", "--host", f"http://127.0.0.1:{server.port}", user="HelloUser")
        deadline = time.monotonic() + SECONDS
        while not any(server.requests) and time.monotonic() < deadline:
            time.sleep(0.05)
        run.process.send_signal(by)
        found, said = run.ended()
    assert found == code, said
    assert "the run was interrupted before its time (-t) was over" in said
    assert "Good" not in said
    assert "Traceback" not in said


def test_what_a_server_sends_is_no_command_to_a_ci(tmp_path: Path) -> None:
    """Locust itself prints what failed, and why."""
    data = "".join((OLDER, AZURE, TERMINAL)).encode()
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    with miniature(closes(head.encode() + data)) as server:
        words = ["--host", f"http://127.0.0.1:{server.port}", "-t", "2s"]
        code, output = begun(tmp_path, "hostile", *words, user="HelloUser").ended()
    assert code == 1, output
    assert output.count(FORGED) >= 3
    inert(output)
