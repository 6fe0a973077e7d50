"""Servers: started, stopped, killed, and never left behind. The apps are scripts of a few lines."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.http.client import Client
from starlette_conformance.model.errors import DidNotStart, DidNotStop
from starlette_conformance.process import app_server, forkserver
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.child_environment import of_app
from starlette_conformance.process.forkserver import Forked, Forker
from starlette_conformance.process.launch import GUARD
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.raw_server import ENVIRONMENT, SECONDS

SAYS_IT_RUNS = """
print("INFO:     Uvicorn running on http://127.0.0.1:4321 (Press CTRL+C to quit)", flush=True)
"""
WAITS = SAYS_IT_RUNS + "import signal; signal.pause()\n"
STOPS_WELL = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n" + WAITS
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITS
HAS_A_CHILD = """
import os, signal
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()
"""


Started = Callable[..., AbstractContextManager[Server]]
"""Start an app from its source, and end it."""


@pytest.fixture(params=["anew", "forked"])
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Started]:
    """Both ways in which an app starts."""

    @contextmanager
    def start(source: str, arguments: Sequence[str] = ()) -> Iterator[Server]:
        script = tmp_path / "tiny.py"
        script.write_text(source)
        server = Server(script, ENVIRONMENT, tmp_path, arguments, forker)
        try:
            yield server
        finally:
            server.kill()

    forker = Forker(ENVIRONMENT) if request.param == "forked" else None
    try:
        yield start
    finally:
        if forker:
            forker.close()


@pytest.mark.parametrize(
    ("by", "message"),
    [(signal.SIGKILL, "SIGKILL"), (signal.SIGTERM, "SIGTERM"), (signal.SIGSEGV, "")],
)
def test_who_ended_it_is_told(started: Started, by: signal.Signals, message: str) -> None:
    with started(WAITS) as server:
        server.port()
        assert server.ended_by_others() == ""
        os.kill(server.pid, by)
        select.select([server._pidfd], [], [], SECONDS)
        assert [server.ended_by_others() for _ in range(2)] == [message] * 2


def test_what_is_stopped_here_is_not_ended_by_others(started: Started) -> None:
    with started(WAITS) as server:
        server.port()
        server.stop()
        assert server.ended_by_others() == ""


def test_the_port_is_the_one_that_uvicorn_names(started: Started) -> None:
    with started(WAITS) as server:
        assert server.port() == 4321
        assert server.port() == 4321


def test_an_app_gets_its_folder_its_arguments_and_few_variables(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    source = (
        "import os, sys\n"
        "print(os.getcwd(), *sys.argv[1:], sys.stdin.read(), 'WEB_CONCURRENCY' in os.environ,"
        " os.environ['PYTHONHASHSEED'])\n"
    )
    with started(source + WAITS, ["--interval", "0.1"]) as server:
        server.port()
        output = server.log.lines()[0]
    assert output == f"{tmp_path} --port 0 --interval 0.1  False 0"


def test_an_app_gets_the_hash_seed_of_its_environment() -> None:
    assert of_app(replace(ENVIRONMENT, hash_seed=3))["PYTHONHASHSEED"] == "3"


def test_an_app_that_dies_at_start_is_told_with_its_last_line(started: Started) -> None:
    source = "print('Starting server...', flush=True)\nraise ImportError('no starlette')\n"
    with started(source) as server, pytest.raises(DidNotStart) as caught:
        server.port()
    assert str(caught.value) == (
        "tiny on miniature (starlette 0.46.1, sse-starlette 2.2.1, uvicorn 0.34.0, h11 0.14.0, "
        "asyncio, Python 3.11.7) ended with status 1: ImportError: no starlette"
    )


def test_an_app_that_dies_silently_is_told_so(started: Started) -> None:
    with (
        started("import os; os._exit(3)") as server,
        pytest.raises(DidNotStart, match=r"ended with status 3: \(it logged nothing\)$"),
    ):
        server.port()


def test_an_app_that_a_signal_ends_is_told_so(started: Started) -> None:
    with (
        started("import os; os.kill(os.getpid(), 11)") as server,
        pytest.raises(DidNotStart, match="ended with status -11: "),
    ):
        server.port()


def test_an_app_that_never_listens_is_killed(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_server, "START_SECONDS", 0.1)
    source = "import signal; print('busy', flush=True); signal.pause()\n"
    with started(source) as server:
        assert server.log.wait_for(lambda lines: lines == ["busy"], SECONDS)
        with pytest.raises(DidNotStart, match=r"did not listen in 0\.1 s: busy$"):
            server.port()
        assert server.kill() == -signal.SIGKILL


def test_a_clean_stop_has_status_0(started: Started) -> None:
    with started(STOPS_WELL) as server:
        server.port()
        assert server.stop() == 0
        assert server.log.ended
        assert server.stop() == 0


def test_a_server_that_has_ended_keeps_no_file_open(started: Started) -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    with started(WAITS) as server:
        server.port()
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_an_app_that_sigterm_ends_has_its_number(started: Started) -> None:
    with started(WAITS) as server:
        server.port()
        assert server.stop() == -signal.SIGTERM


def test_an_app_is_stopped_by_the_signal_that_is_asked_for(started: Started) -> None:
    source = "import signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(5))\n" + WAITS
    with started(source) as server:
        server.port()
        assert server.stop(signal.SIGINT) == 5


def test_an_app_that_ends_by_itself_is_waited_for(started: Started) -> None:
    with started("import time; time.sleep(0.1); print('over'); raise SystemExit(3)") as app:
        assert app.ended() == 3
        assert app.log.lines()[0] == "over"


def test_an_app_that_ignores_sigterm_is_killed(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_server, "STOP_SECONDS", 0.1)
    with started(IGNORES_SIGTERM) as server:
        server.port()
        assert server.stop() == -signal.SIGKILL


def test_apps_that_are_told_to_end_together_have_the_same_time_for_it(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_server, "STOP_SECONDS", 2.0)
    with started(IGNORES_SIGTERM) as one, started(IGNORES_SIGTERM) as other:
        for server in (one, other):
            server.port()
            server.request_stop()
        began = time.monotonic()
        for server in (one, other):
            with pytest.raises(DidNotStop, match="did not end within 2 s of SIGTERM"):
                server.stop_well()
        assert time.monotonic() - began < 3.5


def test_an_app_that_has_ended_keeps_its_status(started: Started) -> None:
    with started(SAYS_IT_RUNS + "raise SystemExit(7)\n") as server:
        assert server.port() == 4321
        assert server.log.wait_for(lambda _: server.log.ended, SECONDS)
        assert server.stop() == 7


def test_the_children_of_an_app_end_with_it(started: Started) -> None:
    with started(HAS_A_CHILD + WAITS) as server:
        server.port()
        server.stop()
        assert server.log.ended  # nobody is left who could write to it


HARNESS = """
import sys
import time
from pathlib import Path
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.app_server import Server
from tests.miniatures.raw_server import ENVIRONMENT
forker = Forker(ENVIRONMENT) if sys.argv[2] == "forked" else None
server = Server(Path(sys.argv[1]), ENVIRONMENT, Path(sys.argv[1]).parent, (), forker)
server.port()
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("way", ["anew", "forked"])
def test_no_app_outlives_a_harness_that_was_killed_outright(tmp_path: Path, way: str) -> None:
    script = tmp_path / "tiny.py"
    script.write_text(IGNORES_SIGTERM)
    command = [sys.executable, "-c", HARNESS, str(script), way]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as harness:
        assert harness.stdout is not None
        app = os.pidfd_open(int(harness.stdout.readline()))
        harness.kill()
        harness.wait()
        ended = select.select([app], [], [], SECONDS)[0]
        if not ended:
            signal.pidfd_send_signal(app, signal.SIGKILL)
        os.close(app)
    assert ended


def test_an_app_whose_harness_is_gone_already_does_not_start() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(GUARD), "0", sys.executable, "-c", "print('runs')"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "guard: the parent is gone\n")


def test_the_apps_of_a_forker_end_with_it(tmp_path: Path) -> None:
    script = tmp_path / "tiny.py"
    script.write_text(IGNORES_SIGTERM)
    forker = Forker(ENVIRONMENT)
    server = Server(script, ENVIRONMENT, tmp_path, (), forker)
    server.port()
    forker.close()
    assert server.log.wait_for(lambda _: server.log.ended, SECONDS)
    assert server.kill() == -signal.SIGKILL


def test_a_forker_that_does_not_run_starts_no_app(tmp_path: Path) -> None:
    nowhere = replace(ENVIRONMENT, interpreter=Path("/bin/false"))
    forker = Forker(nowhere)
    with pytest.raises(DidNotStart, match="that apps are forked from ended"):
        Server(tmp_path / "tiny.py", nowhere, tmp_path, (), forker)
    forker.close()


def test_an_app_that_does_not_start_is_ended_once_though_several_wait_for_it(
    tmp_path: Path,
) -> None:
    script = tmp_path / "tiny.py"
    script.write_text("import missing_module\n")

    def starts(server: Server) -> str:
        with pytest.raises(DidNotStart) as error:
            server.port()
        return str(error.value)

    with Forker(ENVIRONMENT) as forker, ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            server = Server(script, ENVIRONMENT, tmp_path, (), forker)
            (said,) = {*pool.map(starts, [server] * 8)}
            assert "No module named 'missing_module'" in said
        script.write_text(WAITS)
        assert Server(script, ENVIRONMENT, tmp_path, (), forker).port()


def test_a_forked_app_that_has_no_process_group_yet_is_killed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_group(number: int, by: int) -> None:
        raise ProcessLookupError(number, by)

    script = tmp_path / "tiny.py"
    script.write_text(WAITS)
    monkeypatch.setattr(os, "killpg", no_group)
    with Forker(ENVIRONMENT) as forker:
        server = Server(script, ENVIRONMENT, tmp_path, (), forker)
        began = time.monotonic()
        assert server.kill() == -signal.SIGKILL
        assert time.monotonic() - began < forkserver.SECONDS / 2


def test_an_app_that_is_gone_before_it_is_looked_at_did_not_start(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass

    class Killed(Forker):
        def start(self, *_: object) -> Forked:
            return Forked(self, ended.pid)

    with Killed(ENVIRONMENT) as forker, pytest.raises(DidNotStart, match="killed as it started"):
        Server(tmp_path / "tiny.py", ENVIRONMENT, tmp_path, (), forker)


ANSWERS_LATE = """#!{python}
import socket, sys, time
channel = socket.socket(fileno=sys.stdin.fileno())
while channel.recv(65536):
    time.sleep(0.4)
    channel.send(b"1")
"""


def test_a_late_answer_of_a_forker_is_taken_for_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = tmp_path / "python"
    late.write_text(ANSWERS_LATE.format(python=sys.executable))
    late.chmod(0o755)
    monkeypatch.setattr(forkserver, "SECONDS", 0.2)
    with Forker(replace(ENVIRONMENT, interpreter=late)) as forker:
        for _ in range(2):
            with pytest.raises(DidNotStart, match=r"said nothing in 0\.2 s"):
                forker.call({})
            time.sleep(0.6)


LISTENS = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
print(f"INFO:     Uvicorn running on http://127.0.0.1:{port} (Press CTRL+C to quit)", flush=True)
"""
LEAVES_A_CHILD = """
import os, signal
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    print("child", os.getpid(), flush=True)
    QUIET
    while True:
        signal.pause()
os.wait()
"""
QUIET = "[os.dup2(os.open(os.devnull, os.O_WRONLY), fd) for fd in (1, 2)]; print('quiet')"
FLOODS = """
import os, threading
text = b"x" * 65535 + b"\\n"
def flood():
    while True:
        os.write(1, text)
threading.Thread(target=flood, daemon=True).start()
"""


def free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("quiet", ["pass", QUIET], ids=["keeps the log", "keeps the port only"])
def test_a_child_that_left_the_group_of_an_app_keeps_nothing(started: Started, quiet: str) -> None:
    source = LISTENS + LEAVES_A_CHILD.replace("QUIET", quiet) + "signal.pause()\n"
    with started(source) as server:
        port = server.port()
        assert server.log.wait_for(lambda lines: lines[-1].startswith("child "), SECONDS)
        child = os.pidfd_open(int(server.log.lines()[-1].split()[1]))
    ended = select.select([child], [], [], SECONDS)[0]
    if not ended:
        signal.pidfd_send_signal(child, signal.SIGKILL)
    os.close(child)
    assert ended
    assert server.log.ended
    assert free(port)


def test_an_app_that_names_the_port_of_another_process_is_not_taken(started: Started) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            started(WAITS.replace("4321", str(port))) as server,
            pytest.raises(DidNotStart, match=f"on port {port}, where another process does$"),
        ):
            server.port()
        assert server.kill() == -signal.SIGKILL


def test_an_app_that_floods_its_log_is_judged_none_the_less(started: Started) -> None:
    with started(LISTENS + FLOODS + "import signal; signal.pause()\n") as server:
        port = server.port()
        began = time.monotonic()
        before = server.log.position()
        assert server.log.lines(before) is not None
        assert not free(port)
        assert server.stop() == -signal.SIGTERM
        assert time.monotonic() - began < SECONDS


def test_an_app_that_floods_its_log_and_never_listens_is_told_in_time(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_server, "START_SECONDS", 0.3)
    began = time.monotonic()
    with started(FLOODS + "import signal; signal.pause()\n") as server:
        assert server.log.wait_for(bool, SECONDS)
        with pytest.raises(DidNotStart, match=r"did not listen in 0\.3 s: x"):
            server.port()
    assert time.monotonic() - began < SECONDS


DIES_MID_ANSWER = """
import os
connection, _ = listener.accept()
connection.recv(65536)
connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 19\\r\\n\\r\\nHello")
os._exit(9)
"""


def test_an_app_that_dies_mid_answer_is_named(started: Started) -> None:
    with started(LISTENS + DIES_MID_ANSWER) as server:
        client = Client("tiny", ENVIRONMENT, server.port(), server.log, lambda _: None)
        assert client.get("/").response.ending == "5 of 19 bytes: closed by the server"
        assert server.ended() == 9
        assert client.get("/").response.ending == "no response: no connection: Connection refused"


def test_what_a_job_in_the_background_ignores_is_heard_by_what_it_starts() -> None:
    asks = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    source = f"""
import signal, subprocess, sys
from starlette_conformance.process.launch import guarded
signal.signal(signal.SIGINT, signal.SIG_IGN)
for command in ([sys.executable, "-c", {asks!r}], guarded([sys.executable, "-c", {asks!r}])):
    subprocess.run(command, check=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
