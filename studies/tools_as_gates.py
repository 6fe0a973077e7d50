"""pytest-benchmark and locust, each as a gate: does a stack cost more than in the run before?"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from benchmarks.manifest import parts
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.process.app_server import Server
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import ROOT, script, site_files
from studies.false_alarms import HELLO, LIMIT
from studies.running import finished

WALL = "wall time"
CPU = "server CPU time"
REGRESSED = "Performance has regressed"
LOCUSTFILE = """\
import gevent
from locust import FastHttpUser, events, task

@events.init.add_listener
def _(**_):  # else the run time counts from before the imports, and may be over at once
    gevent.get_hub().loop.update_now()

class Hello(FastHttpUser):
    @task
    def hello(self):
        self.client.get("/")
"""


class Gate(Protocol):
    """A way to compare a stack with what it was in the run before.

    `run` gives the mean by benchmark, and whether the gate saw a regression.
    """

    name: str

    def run(self) -> tuple[Mapping[str, float], bool]: ...


class Benchmarks:
    """`pytest benchmarks --benchmark-compare-fail=mean:5%` in a folder of its own."""

    def __init__(self, clock: str, stack: str, seconds: float, folder: Path) -> None:
        self.name = f"pytest-benchmark, mean:5%, {clock}, {seconds:g} s"
        folder.mkdir()
        self._folder = folder
        self._command = [sys.executable, "-m", "pytest", str(ROOT / "benchmarks"), "-q"]
        self._command += ["-pno:cacheprovider", "--stack", stack, "--benchmark-save=run"]
        self._command += [f"--benchmark-max-time={seconds}"]
        if clock == WALL:  # as pytest-benchmark has it where nothing is said
            self._command += ["--benchmark-timer=time.perf_counter"]
            self._command += ["--benchmark-min-time=0.000005"]

    def run(self) -> tuple[Mapping[str, float], bool]:
        saved = self._saved()
        comparing = ["--benchmark-compare", "--benchmark-compare-fail=mean:5%"] if saved else []
        status, output = finished([*self._command, *comparing], self._folder)
        alarm = REGRESSED in output
        if (status != 0) != alarm or len(self._saved()) != len(saved) + 1:
            raise Failure(f"pytest benchmarks ended with status {status}:\n{output[-3000:]}")
        found = json.loads(self._saved()[-1].read_text("utf-8"))["benchmarks"]
        names = {each["fullname"]: parts(each["fullname"])[0] for each in found}
        return {
            names[each["fullname"]].rpartition("::test_")[2]: float(each["stats"]["mean"])
            for each in found
        }, alarm

    def _saved(self) -> list[Path]:
        return sorted(self._folder.glob(".benchmarks/*/*.json"))


class Locust:
    """One user without pauses, and the ratio of its mean response times."""

    def __init__(self, environment: Environment, seconds: int, folder: Path) -> None:
        self.name = f"locust, mean + 5 %, {seconds} s"
        folder.mkdir()
        self._environment, self._seconds, self._folder = environment, seconds, folder
        self._file = folder / "locustfile.py"
        self._file.write_text(LOCUSTFILE, "utf-8")
        self._mean: float | None = None

    def run(self) -> tuple[Mapping[str, float], bool]:
        server = Server(script(HELLO), self._environment, site_fixture.lay_out(site_files()))
        try:
            host = f"http://127.0.0.1:{server.port()}"
            command = [sys.executable, "-m", "locust", "-f", str(self._file), "--headless"]
            command += ["-u", "1", "-r", "1", "-t", f"{self._seconds}s", "--host", host]
            command += ["--json-file", "found", "--only-summary"]
            status, output = finished(command, self._folder)
        finally:
            server.kill()
        files = sorted(self._folder.glob("found*"))
        found = json.loads(files[0].read_text("utf-8")) if files else []
        for file in files:
            file.unlink()
        if status or len(found) != 1 or found[0]["num_failures"] or not found[0]["num_requests"]:
            raise Failure(f"locust ended with status {status}:\n{output[-3000:]}")
        before, self._mean = self._mean, found[0]["total_response_time"] / found[0]["num_requests"]
        return {HELLO: self._mean}, before is not None and self._mean > LIMIT * before
