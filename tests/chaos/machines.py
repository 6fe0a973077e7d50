"""Machines as they are: `python -m tests.chaos.machines` runs one command in many environments.

It prints a table of what came of it, and ends with 1 where something was not as wanted. A row that
this machine cannot have says why. Only what is on the disk is used: the cache is copied, warm.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.project import ROOT
from tests.chaos.breakage import FEW_BYTES
from tests.chaos.killing import Place, become_init, whole
from tests.chaos.kills import HARNESS

LANES = 2
PYTHON = sys.executable
DIFF = (
    *(PYTHON, *HARNESS, "diff", "0.46.1", "1.10.0", "--app", "hello:app"),
    *("--cwd", str(ROOT / "apps"), "--requests", "REQUESTS"),
)
"""REQUESTS stands for a file that is there."""
DIFFERS = "none of 1 response"
"""What it says in the end."""
SPEC = (PYTHON, "-m", "pytest", "-pno:cacheprovider", "specs/hello", "--stack", "documented")
VARIABLES = "STARLETTE_CONFORMANCE_CACHE, and UV_CACHE_DIR"
ALONE = 'exec env -i PATH="$PATH"'
OWN_MOUNTS = "unshare -rm"
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all"
ASCII = "LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0"
CACHE = 'STARLETTE_CONFORMANCE_CACHE="$CACHE"'


AS_NOBODY = f'{NOBODY} {PYTHON} -c \'import os, sys; os.execv(sys.executable, ["python", "-V"])\''
"""Whether nobody can run the Python that runs this."""
PROVISIONS = """
import sys
from starlette_conformance.stacks.targets import provisioned
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import site_files
for word in sys.argv[1:]:
    provisioned(word)
site_fixture.lay_out(site_files())
"""


@dataclass(frozen=True)
class Row:
    """An environment: a line of `sh` that runs a command, which is `"$@"`, in it.

    The line finds HOME, whose usual cache is warm, CACHE, which is that cache, EMPTY, a folder, and
    LOCPATH, whose locale is of ISO-8859-1. `wanted` is the exit code, `said` a part of the output,
    `tried` a line that ends with 0 where this machine can have such an environment. `quick` rows
    are tests in CI: half a minute in all.
    """

    name: str
    line: str = 'exec "$@"'
    wanted: int = 0
    said: str = DIFFERS
    command: Sequence[str] = DIFF
    tried: str = "true"
    quick: bool = False


def variables(name: str, given: str, **more: bool) -> Row:
    return Row(name, f'export {given}; exec "$@"', quick=more.get("quick", False))


def mounts(name: str, line: str, wanted: int = 0, said: str = DIFFERS, quick: bool = False) -> Row:
    return Row(name, line, wanted, said, tried=f"{OWN_MOUNTS} true", quick=quick)


ROWS = (
    Row("as usual"),
    Row("login shell", 'exec bash -lc \'exec "$@"\' bash "$@"', tried="which bash"),
    Row(
        "cron",
        'exec env -i HOME="$HOME" LOGNAME=root SHELL=/bin/sh PATH=/usr/bin:/bin "$@" </dev/null',
    ),
    Row("container: PATH alone, cache named", f'{ALONE} {CACHE} "$@"', quick=True),
    Row("HOME unset, cache named", f'unset HOME; export {CACHE}; exec "$@"'),
    Row("HOME does not exist", 'export HOME=/proc/none; exec "$@"', 4, VARIABLES, quick=True),
    variables("HOME does not exist, cache named", f"HOME=/proc/none {CACHE}"),
    mounts(
        "HOME is read-only", f'exec {OWN_MOUNTS} sh -c \'{READ_ONLY}\' "$HOME" "$@"', quick=True
    ),
    mounts(
        "HOME is read-only and empty",
        f'export HOME="$EMPTY"; exec {OWN_MOUNTS} sh -c \'{READ_ONLY}\' "$EMPTY" "$@"',
        4,
        VARIABLES,
    ),
    Row(
        "nobody, with a cache of its own",
        f'chmod 777 "$EMPTY"; cp -a "$CACHE" "$EMPTY/cache"; chown -R 65534:65534 "$EMPTY"; '
        f'export HOME=/nonexistent STARLETTE_CONFORMANCE_CACHE="$EMPTY/cache" TMPDIR=/tmp; '
        f'exec {NOBODY} "$@"',
        tried=AS_NOBODY,
    ),
    Row(
        "nobody, with root's cache",
        f'export STARLETTE_CONFORMANCE_CACHE="$CACHE" TMPDIR=/tmp; exec {NOBODY} "$@"',
        tried=AS_NOBODY,
    ),
    mounts(
        "folder is read-only", f'cd "$EMPTY"; exec {OWN_MOUNTS} sh -c \'{READ_ONLY}\' "$EMPTY" "$@"'
    ),
    Row(
        "folder was deleted",
        'mkdir "$EMPTY/x"; cd "$EMPTY/x"; rmdir "$EMPTY/x"; exec "$@"',
    ),
    mounts(
        "disk of the cache is full",
        f'export HOME="$EMPTY"; exec {OWN_MOUNTS} sh -c \'mount -t tmpfs -o size=64k none "$0" && '
        f'exec "$@"\' "$EMPTY" "$@"',
        4,
        "No space left on device",
    ),
    Row(
        "no file over 2 kB: bytecode is cut off",
        'shift 2; exec "$PYTHON" -c "$FEW_BYTES" 2000 "$@"',
        3,
        "did not start",
    ),
    Row(
        "the next run after that",
        'shift 2; "$PYTHON" -c "$FEW_BYTES" 2000 "$@" >/dev/null 2>&1; exec "$PYTHON" -m "$@"',
    ),
    variables("LC_ALL=C", "LC_ALL=C"),
    variables("LC_ALL=POSIX", "LC_ALL=POSIX"),
    variables("a file system in ASCII", ASCII, quick=True),
    Row(
        "ISO-8859-1",
        'export LC_ALL=en_US.ISO-8859-1 PYTHONUTF8=0; exec "$@"',
        tried="which localedef",
    ),
    variables("a locale that does not exist", "LC_ALL=xx_YY.UTF-8"),
    variables("TZ=Pacific/Kiritimati", "TZ=Pacific/Kiritimati"),
    variables("TZ is nonsense", "TZ=:no/where+99"),
    Row("64 open files", 'ulimit -n 64; exec "$@"'),
    Row("16 open files", 'ulimit -n 16; exec "$@"'),
    Row("1 GiB of address space", 'ulimit -v 1048576; exec "$@"'),
    Row(
        "256 processes, as nobody",
        f'chmod 777 "$EMPTY"; cp -a "$CACHE" "$EMPTY/cache"; chown -R 65534:65534 "$EMPTY"; '
        f'export HOME=/nonexistent STARLETTE_CONFORMANCE_CACHE="$EMPTY/cache" TMPDIR=/tmp; '
        f'exec {NOBODY} prlimit --nproc=256 "$@"',
        tried=AS_NOBODY,
    ),
    Row("standard input closed", 'exec "$@" <&-'),
    Row("standard output closed", 'exec "$@" >&-', said=""),
    Row("standard error closed", 'exec "$@" 2>&-'),
    Row("all three closed", 'exec "$@" <&- >&- 2>&-', said="", quick=True),
    Row("standard output full", 'exec "$@" >/dev/full', 4, "No space left on device"),
    mounts(
        "no /dev/shm",
        f'exec {OWN_MOUNTS} sh -c \'mount -t tmpfs -o ro none /dev/shm && exec "$0" "$@"\' "$@"',
    ),
    Row(
        "no loopback",
        'exec unshare -rn "$@"',
        4,
        "unreachable",
        tried="unshare -rn true",
        quick=True,
    ),
    Row(
        "loopback alone",
        'exec unshare -rn sh -c \'ip link set lo up && exec "$0" "$@"\' "$@"',
        tried="unshare -rn ip link set lo up",
    ),
    Row(
        "a pid namespace",
        'exec unshare -rpf --mount-proc "$@"',
        tried="unshare -rpf --mount-proc true",
    ),
    Row("a user namespace", 'exec unshare -r "$@"', tried="unshare -r true"),
    variables("PYTHONOPTIMIZE=2", "PYTHONOPTIMIZE=2"),
    Row(
        "PYTHONOPTIMIZE=2, pytest",
        'export PYTHONOPTIMIZE=2; exec "$@"',
        3,
        "asserts are left out",
        SPEC,
        quick=True,
    ),
    variables("PYTHONDONTWRITEBYTECODE", "PYTHONDONTWRITEBYTECODE=1"),
    variables("PYTHONWARNINGS=error", "PYTHONWARNINGS=error"),
    variables("PYTHONDEVMODE", "PYTHONDEVMODE=1"),
    variables("PYTHONSAFEPATH", "PYTHONSAFEPATH=1"),
    variables("PYTHONHASHSEED=7", "PYTHONHASHSEED=7"),
    Row("umask 077", 'umask 077; exec "$@"'),
    Row("umask 777", 'umask 777; exec "$@"'),
    variables("TMPDIR does not exist", "TMPDIR=/nonexistent/tmp"),
    variables("NO_COLOR", "NO_COLOR=1"),
    variables("FORCE_COLOR", "FORCE_COLOR=1"),
    variables("20 columns", "COLUMNS=20"),
    variables("a dumb terminal", "TERM=dumb"),
    variables("CI of GitHub", "CI=true GITHUB_ACTIONS=true"),
    variables(
        "a proxy that is not there", "http_proxy=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9"
    ),
    Row("SIGINT and SIGHUP ignored", 'trap "" INT HUP; exec "$@"'),
    Row("one core", 'exec taskset -c 0 "$@"', tried="taskset -c 0 true"),
)


def pythons() -> Iterator[Row]:
    """A row for each version of Python that this machine has beside ours."""
    words = ["uv", "python", "list", "--only-installed", "--output-format", "json"]
    listed = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    found = {str(Path(path).resolve()) for path in re.findall(r'"path": ?"([^"]+)"', listed)}
    found |= {str(path) for path in Path.home().glob(".pyenv/versions/*/bin/python3")}
    seen = set[str]()
    for path in sorted(found - {str(Path(PYTHON).resolve())}):
        told = [path, "-c", "import sys; print('{}.{}.{}'.format(*sys.version_info))"]
        version = subprocess.run(told, capture_output=True, text=True, check=False).stdout.strip()
        if version and version not in seen:
            seen.add(version)
            name = f"Python {version}, without our packages"
            yield Row(name, 'exec "$@"', 2, "error: ", (path, *HARNESS, "stacks"))


@dataclass(frozen=True)
class Came:
    """What came of a row. `wrong` is empty where all was as wanted; `lacking` says why it was not
    run.
    """

    row: Row
    status: int | None = None
    seconds: float = 0.0
    wrong: str = ""
    lacking: str = ""


def run(row: Row, folder: Path, cache: Path) -> Came:
    """Run a row's command in its environment, with a copy of a warm cache."""
    own_process = os.environ | {
        "TMPDIR": str(folder)
    }  # or another lane would take it for a leftover
    tried = subprocess.run(
        ["sh", "-c", row.tried], cwd=ROOT, env=own_process, capture_output=True, check=False
    )
    if tried.returncode:
        return Came(row, lacking=f"`{row.tried}` ended with {tried.returncode}")
    home, empty = folder / "home", folder / "empty"
    own = home / ".cache" / "starlette-conformance"
    own.parent.mkdir(parents=True)
    empty.mkdir()
    subprocess.run(["cp", "-a", cache, own], env=own_process, check=True)
    place = Place(folder, own)
    requests = cache.parent / "requests.http"
    given = {
        "HOME": str(home),
        "CACHE": str(own),
        "EMPTY": str(empty),
        "LOCPATH": str(cache.parent / "locales"),
        "PYTHON": PYTHON,
        "FEW_BYTES": FEW_BYTES,
    }
    line = f"unset STARLETTE_CONFORMANCE_CACHE XDG_CACHE_HOME NO_COLOR; {row.line}"
    command = [word.replace("REQUESTS", str(requests)) for word in row.command]
    done = whole(["sh", "-c", line, "sh", *command], place, given)
    wrong = [] if done.status == row.wanted else [f"exit code {done.status}"]
    wrong += [] if row.said in done.said else [f"not said: {row.said}"]
    wrong += ["a traceback"] if "Traceback" in done.said else []
    wrong += [f"left: {', '.join([*done.processes, *done.leftovers])}"] * bool(
        done.processes or done.leftovers
    )
    said = f": {done.said.strip()[-300:]}" if wrong else ""
    shutil.rmtree(folder, ignore_errors=True)
    return Came(row, done.status, done.seconds, "; ".join(wrong) + said)


def warm(folder: Path) -> Path:
    """A cache with what the commands need, beside a file of requests and a locale of ISO-8859-1."""
    cache = folder / "cache"
    words = [PYTHON, "-c", PROVISIONS, DIFF[4], DIFF[5], "documented"]
    subprocess.run(words, cwd=ROOT, env=os.environ | {VARIABLE: str(cache)}, check=True)
    (folder / "locales").mkdir()
    if program := shutil.which("localedef"):
        compiled = folder / "locales" / "en_US.ISO-8859-1"
        words = [program, "-i", "en_US", "-f", "ISO-8859-1", str(compiled)]
        subprocess.run(words, capture_output=True, check=False)
    (folder / "requests.http").write_text("GET http://localhost/\n")
    return cache


def line_of(came: Came) -> str:
    """A line of a table in Markdown."""
    row, verdict = came.row, "NOT" if came.wrong else "OK"
    if came.lacking:
        return f"| {row.name} | - | {row.wanted} | not run: {came.lacking} |"
    return f"| {row.name} | {came.status} | {row.wanted} | {verdict} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.machines", description=__doc__)
    parser.add_argument("--only", action="append", metavar="WORD", help="rows with it; repeatable")
    parser.add_argument("--lanes", type=int, default=LANES, help=f"rows at a time ({LANES})")
    options = parser.parse_args()
    rows = [*ROWS, *pythons()]
    rows = [r for r in rows if not options.only or any(word in r.name for word in options.only)]
    output, began = Console(soft_wrap=True, highlight=False, markup=False), time.monotonic()
    become_init()
    output.print("| environment | exit code | wanted | |\n| --- | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory(prefix="machines-") as name:
        Path(name).chmod(0o755)  # some rows are run by nobody
        cache = warm(Path(name))
        jobs = [(row, Path(name) / str(number), cache) for number, row in enumerate(rows)]
        found = []
        with ThreadPoolExecutor(options.lanes) as pool:
            for came in pool.map(lambda job: run(*job), jobs):
                found.append(came)
                output.print(line_of(came))
                if came.wrong:
                    output.print(f"    {came.wrong}")
    wrong = [each for each in found if each.wrong]
    ran = sum(not each.lacking for each in found)
    seconds = time.monotonic() - began
    output.print(
        f"\n{ran} of {len(found)} environments run, {len(wrong)} not as wanted, {seconds:.0f} s"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
