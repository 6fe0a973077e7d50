"""What locust on `loadtests`, wrk and hey say of the same server: its rate, and its latency.

    apt install wrk hey
    python -m studies.load_tools [--rounds N] [--seconds S] [--users N] [--stack S]

One server of the app `hello` gets the load of each tool in turns. At the paced rate every client
sends 20 requests a second; wrk cannot be paced. Without a pace each tool sends what it can.

Exit codes: 0 done, 2 usage, 3 the stack could not be served, 4 a tool did not do its work.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from starlette_conformance.load import results_file
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.model.option_values import for_argparse, positive
from starlette_conformance.output.console import console
from starlette_conformance.process.app_server import Server
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import ROOT, script, site_files
from starlette_conformance.stacks.targets import provisioned
from studies.running import ending, finished

EACH = 20
"""Requests a second of a client, as users of `loadtests` have them."""
LOCUST_USERS = 300
"""So many want more than one process of locust can send."""
MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Seen:
    """Requests a second, and times in milliseconds; `said` is its exit code, if it judges."""

    rate: float
    p50: float
    p99: float
    said: str = ""


def of_wrk(output: str) -> Seen:
    """Raises Failure."""
    if "Non-2xx" in output or "Socket errors" in output:
        raise Failure(f"wrk had wrong responses:\n{output}")
    rate = float(_found(r"^Requests/sec: +([\d.]+)", output))
    p50, p99 = (_in_ms(_found(rf"^ *{n}% +([\d.]+[mu]?s)$", output)) for n in (50, 99))
    return Seen(rate, p50, p99)


def _in_ms(text: str) -> float:
    number = text.rstrip("mus")
    return float(number) * MS[text.removeprefix(number)]


def of_hey(output: str) -> Seen:
    """Raises Failure."""
    statuses = set(re.findall(r"^ *\[(\d+)\]\t", output, re.MULTILINE))
    if statuses != {"200"} or "Error distribution" in output:
        raise Failure(f"hey had wrong responses:\n{output}")
    rate = float(_found(r"Requests/sec:\t([\d.]+)", output))
    p50, p99 = (1000 * float(_found(rf"^ *{n}%+ in ([\d.]+) secs", output)) for n in (50, 99))
    return Seen(rate, p50, p99)


def _found(pattern: str, output: str) -> str:
    found = re.search(pattern, output, re.MULTILINE)
    if not found:
        raise Failure(f"nothing like {pattern!r} was printed:\n{output}")
    return found[1]


def locust(port: int, users: int, seconds: int, folder: Path) -> Seen:
    """Raises Failure."""
    file = folder / "results.json"
    words = ["-f", str(ROOT / "loadtests"), "HelloUser", "--host", f"http://127.0.0.1:{port}"]
    words += ["--headless", "-u", str(users), "-r", str(users), "-t", f"{seconds + 1}s"]
    words += ["--only-summary", "--results", str(file)]
    status, output = finished([sys.executable, "-m", "locust", *words], ROOT)
    if status not in (0, 3):
        raise Failure(f"locust ended with status {status}:\n{output[-2000:]}")
    found = results_file.read(file).requests["HelloUser"]
    rate = found.sent / found.seconds
    return Seen(rate, found.time.p50, found.time.p99, f"exit code {status}")


def tools(port: int, users: int, seconds: int, folder: Path) -> dict[str, Callable[[], Seen]]:
    url = f"http://127.0.0.1:{port}/"
    hey = [_program("hey"), "-z", f"{seconds}s", "-c", str(users)]

    def run(command: Sequence[str], read: Callable[[str], Seen]) -> Seen:
        status, output = finished(command, folder)
        if status:
            raise Failure(f"{command[0]} ended with status {status}:\n{output[-2000:]}")
        return read(output)

    wrk = [_program("wrk"), "-t", "1", "-c", str(users), "-d", f"{seconds}s", "--latency", url]
    pace = f"paced, {users * EACH}/s"
    return {
        f"{pace}: locust": lambda: locust(port, users, seconds, folder),
        f"{pace}: hey": lambda: run([*hey, "-q", str(EACH), url], of_hey),
        "all it can: locust": lambda: locust(port, LOCUST_USERS, seconds, folder),
        "all it can: hey": lambda: run([*hey, url], of_hey),
        "all it can: wrk": lambda: run(wrk, of_wrk),
    }


def _program(name: str) -> str:
    """Raises UsageError."""
    if (found := shutil.which(name)) is None:
        raise UsageError(f"{name}: not on PATH; `apt install {name}`")
    return found


def compare(options: argparse.Namespace) -> dict[str, list[Seen]]:
    environment = provisioned(options.stack)
    found: dict[str, list[Seen]] = {}
    server = Server(script("hello"), environment, site_fixture.lay_out(site_files()))
    try:
        with tempfile.TemporaryDirectory(prefix="load-tools-") as name:
            every = tools(server.port(), options.users, options.seconds, Path(name))
            for _ in range(options.rounds):
                for tool, run in every.items():
                    found.setdefault(tool, []).append(run())
    finally:
        server.kill()
    return found


def print_table(found: dict[str, list[Seen]], to: Console) -> None:
    """Medians of all rounds, and how far the rates of the rounds are apart."""
    table = Table("", "requests/s", "lowest to highest", "p50 ms", "p99 ms", "of all runs")
    for tool, seen in found.items():
        rates = sorted(each.rate for each in seen)
        p50, p99 = (median(getattr(each, name) for each in seen) for name in ("p50", "p99"))
        said = sorted(each.said for each in seen if each.said)
        counts = ", ".join(f"{said.count(name)} {name}" for name in dict.fromkeys(said))
        span = f"{rates[0]:,.0f} to {rates[-1]:,.0f}"
        table.add_row(tool, f"{median(rates):,.0f}", span, f"{p50:.1f}", f"{p99:.1f}", counts)
    to.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m studies.load_tools", description=__doc__)
    number = for_argparse(positive)
    parser.add_argument("--rounds", type=number, default=5, help="(5)")
    parser.add_argument("--seconds", type=number, default=5, help="of each run (5)")
    parser.add_argument("--users", type=number, default=20, help="clients (20)")
    parser.add_argument("--stack", default="latest", help="(latest)")
    options = parser.parse_args(arguments)
    return ending(lambda: _print(options))


def _print(options: argparse.Namespace) -> int:
    before = os.getloadavg()[0]
    print_table(compare(options), console())
    load = f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after"
    print(f"{options.stack}, {options.rounds} rounds of {options.seconds} s; {load}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
