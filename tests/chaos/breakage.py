"""What the machine does to a run: a full disk, a damaged cache, another clock, no network.

Each breakage is tried on runs as a user starts them, and gives a sentence on each thing that was
not as it must be. Some need root, and are named where it lacks.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.killing import Killed, Place, whole
from tests.chaos.kills import DIFF, HARNESS, read

HELLO = ("--stack", "documented", "--", "-k", "test_hello.py")
UNKNOWN = "starlette==0.44.0,uvicorn==0.33.0"
"""A stack that no cache holds yet."""
TWICE = 20

FEW_BYTES = "import resource, runpy, sys; size = int(sys.argv[1]); \
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); del sys.argv[:2]; \
sys.argv.insert(0, ''); runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
"""Run a module whose files may have so many bytes."""

SMALL_DISK = 'mount -t tmpfs -o size="$1" none "$2" && copy="$3" && disk="$2" && shift 3 && "$@"; \
status=$?; cp -r "$disk" "$copy"; exit $status'
"""Run a program while a folder is a small disk of its own, which is copied to see it afterwards."""

NO_NETWORK = 'ip link set lo up && exec "$@"'
NO_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""root without the right to read what nobody may."""

JUMPS = """
import time
_time, _monotonic = time.time, time.monotonic
_began = _monotonic()
OFFSETS = [0, 3 * 3600, -5 * 3600, 26 * 3600, 60]

def jumping():
    passed = _monotonic() - _began
    return _time() + OFFSETS[int(passed / 0.3) % len(OFFSETS) if passed > 2 else 0]

time.time = jumping
"""
"""Python imports this by itself: the time of day is another one every 0.3 s, from 2 s on."""


@dataclass
class Lab:
    """Where breakages are tried: a folder, and a cache that holds what the runs need."""

    folder: Path
    cache: Path
    wrong: list[str] = field(default_factory=list)
    tried: int = 0

    def place(self, cache: Path | None = None) -> Place:
        """A new place, with the warm cache or another one."""
        self.tried += 1
        return Place(self.folder / str(self.tried), cache or self.cache)

    def broken_cache(self) -> Path:
        """A copy of the cache, to be damaged."""
        copy = self.folder / f"cache{self.tried}"
        subprocess.run(["cp", "-a", self.cache, copy], check=True)
        return copy

    def expect(self, what: str, done: Killed, status: int, *said: str) -> None:
        """What a run must end with, and say."""
        lacking = [each for each in said if each not in done.said]
        if done.status != status or lacking or "Traceback" in done.said:
            last = done.said.strip()[-400:]
            self.wrong.append(f"{what}: ended with {done.status}, not {status}, saying: {last}")
        if done.processes or done.leftovers:
            self.wrong.append(f"{what}: left {[*done.processes, *done.leftovers]}")

    def check(self, what: str, held: bool) -> None:
        if not held:
            self.wrong.append(what)


def judge(place: Place, *words: str) -> list[str]:
    return [*HARNESS, "judge", "--runs", str(place.runs), *(words or HELLO)]


def with_few_bytes(size: int, command: Sequence[str]) -> list[str]:
    """The harness, where no file may have more bytes. `command` begins with `-m`."""
    return ["-c", FEW_BYTES, str(size), *command[1:]]


def on_small_disk(disk: Path, size: str, copy: Path, command: Sequence[str]) -> list[str]:
    """The words of a command for `sh`; needs root."""
    disk.mkdir(parents=True, exist_ok=True)
    rest = [sys.executable, *command]
    return ["unshare", "-m", "sh", "-c", SMALL_DISK, "sh", size, str(disk), str(copy), *rest]


def full_run_file(lab: Lab) -> None:
    place = lab.place()
    done = whole(with_few_bytes(6000, judge(place)), place)
    lab.expect("a run file that may not grow", done, 4, "cannot be written: File too large")
    found = read(place.runs)
    lab.check("a run file that may not grow: it says that it ended", not found.ended)
    lab.wrong += found.wrong
    if os.geteuid() == 0:
        place = lab.place()
        copy = place.folder / "copy"
        done = whole(on_small_disk(place.runs, "8k", copy, judge(place)), place)
        lab.expect("a full disk of run files", done, 4, "cannot be written: No space left")
        found = read(copy)
        lab.check("a full disk of run files: one says that it ended", not found.ended)
        lab.wrong += found.wrong


def full_cache(lab: Lab) -> None:
    serve = [*HARNESS, "serve", "hello", "--stack", "documented", "--port", "0"]
    place = lab.place(lab.folder / "cold")
    variables = {"UV_LINK_MODE": "copy"}
    done = whole(with_few_bytes(30_000, serve), place, variables)
    lab.expect("an environment whose files are too large", done, 4, "File too large")
    lab.check("a half environment is there", not list(place.cache.glob("environments/*")))
    place = lab.place(place.cache)
    done = whole(judge(place), place)
    lab.expect("the run after it", done, 0, "1 of 1 stacks judged: 25 pass")
    if os.geteuid() == 0:
        place = lab.place(lab.folder / "small")
        copy = place.folder / "copy"
        done = whole(on_small_disk(place.cache, "1m", copy, serve), place, variables)
        lab.expect("a full disk of environments", done, 4, "No space left on device")
        lab.check("a full disk: half of one", not list(copy.glob("environments/*")))


def full_report(lab: Lab) -> None:
    place = lab.place()
    whole(judge(place), place)
    report = [*HARNESS, "report", str(place.runs)]
    page = place.folder / "page.html"
    page.write_text("the old page")
    words = [*report, "--html", str(page)]
    done = whole(with_few_bytes(50_000, words), place)
    lab.expect("a page that may not grow", done, 4, f"error: {page}: cannot be written: File too")
    lab.check("a page that may not grow: the old one is gone", page.read_text() == "the old page")
    lab.check("a page that may not grow: a part of it stays", not list(page.parent.glob(".page*")))
    for command in ([*report, "--html", "/dev/full"], [*report, "--json", "/dev/full"]):
        said = "error: /dev/full: cannot be written: No space left on device"
        lab.expect(f"{command[-2]} to a full disk", whole(command, place), 4, said)
    matrix = ["sh", "-c", '"$@" >/dev/full', "sh", sys.executable, *HARNESS, "matrix"]
    done = whole([*matrix, str(place.runs)], place)
    lab.expect("a full disk for standard output", done, 4, "cannot be written: No space left")


def something_in_place(lab: Lab) -> None:
    for kind in ("environments", "locks", "sites", "contents", "resolutions", "scratch"):
        cache = lab.broken_cache()
        shutil.rmtree(cache / kind, ignore_errors=True)
        (cache / kind).write_text("a file")
        place = lab.place(cache)
        command = [*HARNESS, "gate", "documented", "documented"] if kind == "scratch" else DIFF
        said = f"error: the cache folder {cache / kind} cannot be made: File exists"
        lab.expect(f"a file for the folder {kind}", whole(command, place), 4, said)
    place = lab.place(lab.folder / "file")
    place.cache.write_text("a file")
    lab.expect("a file for the cache", whole(DIFF, place), 4, "cannot be made: File exists")
    if os.geteuid() == 0:
        for kind in ("environments", "locks", "contents"):
            cache = lab.broken_cache()
            (cache / kind).chmod(0)
            place = lab.place(cache)
            done = whole([*NO_RIGHTS, sys.executable, *DIFF], place)
            lab.expect(f"no right to read {kind}", done, 4, "Permission denied")


def damaged(lab: Lab) -> None:
    def half(folder: Path, pattern: str) -> None:
        """Delete every other file."""
        files = [path for path in sorted(folder.rglob(pattern)) if path.is_file()]
        for path in files[::2]:
            path.unlink()

    def cut(cache: Path, pattern: str, size: int) -> None:
        for path in sorted(cache.glob(pattern)):
            os.truncate(path, min(size, path.stat().st_size // 2))

    damages: dict[str, Callable[[Path], None]] = {
        "half the files of environments": lambda cache: half(cache / "environments", "*"),
        "half the sources of environments": lambda cache: half(cache / "environments", "*.py"),
        "environment.json cut": lambda cache: cut(cache, "environments/*/environment.json", 20),
        "resolutions cut": lambda cache: cut(cache, "resolutions/*", 40),
        "lists of contents cut": lambda cache: cut(cache, "contents/*", 40),
        "half the files of sites": lambda cache: half(cache / "sites", "*"),
        "pages of sites empty": lambda cache: cut(cache, "sites/*/html/index.html", 0),
    }
    words = ("--stack", "documented", "--", "-k", "test_hello.py or serves_the_page")
    place = lab.place()
    intact = re.search(r"1 of 1 stacks judged: \d+ pass", whole(judge(place, *words), place).said)
    assert intact, "the intact cache: not all passed"
    for what, damage in damages.items():
        cache = lab.broken_cache()
        damage(cache)
        place = lab.place(cache)
        lab.expect(what, whole(judge(place, *words), place), 0, intact[0])
    cache = lab.broken_cache()
    cut(cache, "corpora/*/requests.jsonl", 5000)
    lab.expect("the corpus cut", whole(DIFF, lab.place(cache)), 0, "damaged, so it is made anew")


PROVISIONS = """
import sys
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.provision import provision
from starlette_conformance.stacks.project import catalogue, site_files
environment = provision(catalogue().named("documented"))
print(environment, (site_fixture.lay_out(site_files()) / "html" / "index.html").stat().st_size)
"""


def two_at_once(lab: Lab) -> None:
    for number in range(TWICE):
        cache = lab.folder / f"both{number}"
        places = [lab.place(cache), lab.place(cache)]
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda place: whole(["-c", PROVISIONS], place), places))
        for done in found:
            lab.expect("two at once", done, 0, "documented (starlette 0.46.1, ", " 433\n")
        made = len(list(cache.glob("environments/*")))
        lab.check(f"two at once: {made} environments", made == 1)
        shutil.rmtree(cache)
    runs_folder = lab.folder / "both-runs"
    places = [lab.place(), lab.place()]
    command = [*HARNESS, "judge", "--runs", str(runs_folder), *HELLO]
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda place: whole(command, place), places):
            lab.expect("two judges at once", done, 0, "1 of 1 stacks judged: 25 pass")
    lab.check("two judges share a folder", len(list(runs_folder.iterdir())) == 2)


def another_clock(lab: Lab) -> None:
    place = lab.place()
    place.folder.mkdir()
    (place.folder / "sitecustomize.py").write_text(JUMPS)
    variables = {"PYTHONPATH": str(place.folder)}
    words = ("test_hello.py", "test_static_files_conditions.py", "counts_from_one", "keeps_alive")
    command = judge(place, "--stack", "documented", "--", "-k", " or ".join(words))
    done = whole(command, place, variables)
    lab.expect("a clock that jumps", done, 0, "1 of 1 stacks judged: ")
    if found := read(place.runs):
        lab.check("a clock that jumps: nothing was judged", found.verdicts > 60 and found.whole)
    lab.wrong += found.wrong
    lab.expect("a clock that jumps, diff", whole(DIFF, lab.place(), variables), 0)


def no_network(lab: Lab) -> None:
    def offline(*command: str, place: Place | None = None) -> Killed:
        words = ["unshare", "-n", "sh", "-c", NO_NETWORK, "sh", sys.executable, *command]
        return whole(words, place or lab.place())

    place = lab.place()
    both = ("--stack", "documented", "--stack", "latest", *HELLO[2:])
    done = offline(*judge(place, *both), place=place)
    lab.expect("judge, no network", done, 0, "2 of 2 stacks judged: 50 pass")
    lab.expect("matrix, no network", offline(*HARNESS, "matrix", str(place.runs)), 0, "50 pass")
    page = place.folder / "page.html"
    done = offline(*HARNESS, "report", str(place.runs), "--html", str(page))
    lab.expect("report, no network", done, 0)
    lab.check("report, no network: no page", page.exists())
    lab.expect("diff, no network", offline(*DIFF), 0, "differ")
    gate = (*HARNESS, "gate", "documented", "documented", "--benchmark", "hello", "--budget", "50")
    lab.expect("gate, no network", offline(*gate), 0, "pass: NEW costs no more")
    for verb in ("stacks", "changes"):
        lab.expect(f"{verb}, no network", offline(*HARNESS, verb), 0)
    said = "did not tell the releases"
    lab.expect("releases, no network", offline(*HARNESS, "releases"), 3, said)
    done = offline(*HARNESS, "serve", "hello", "--stack", UNKNOWN)
    said = "cannot be fetched (no network?)"
    lab.expect("an unknown stack, no network", done, 3, "not installable: ", said)
    done = offline(*judge(lab.place(), "--stack", UNKNOWN, *HELLO[2:]))
    lab.expect("judging an unknown stack, no network", done, 1, "25 not installable")


BREAKAGES: dict[str, Callable[[Lab], None]] = {
    "full disk: a run file": full_run_file,
    "full disk: an environment": full_cache,
    "full disk: a report": full_report,
    "cache: something else in its place": something_in_place,
    "cache: damaged": damaged,
    "two runs at once": two_at_once,
    "a clock that jumps": another_clock,
    "no network": no_network,
}
