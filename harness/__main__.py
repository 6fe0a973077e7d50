"""`python -m harness`: judge many stacks, list what is known, or serve one app by hand.

Exit codes: 0 good, 1 a finding, 2 usage, 3 could not be judged (not installable, did not start),
4 harness error.
"""

import argparse
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from packaging.version import Version
from rich.console import Console
from rich.table import Table

from harness import changes, index, judge, site, stacks
from harness.environments import provision
from harness.failures import DidNotStart, Failure
from harness.servers import command, variables
from harness.summary import Summary
from harness.table import print_table

ROOT = Path(__file__).parent.parent
APPS = sorted(path.stem for path in (ROOT / "apps").glob("*.py"))


def list_stacks(options: argparse.Namespace) -> int:
    found = _catalogue().stacks.values()
    columns = ("name", "parser", "loop", "exclude_newer", "requirements")
    rows = [{column: getattr(stack, column) for column in columns} for stack in found]
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    table = Table(*columns)
    for row in rows:
        listed = ", ".join(row.pop("requirements"))
        table.add_row(*(value or "today" for value in row.values()), listed)
    Console().print(table)
    return 0


def list_changes(options: argparse.Namespace) -> int:
    found = changes.load(ROOT / "specs" / "changes.py")
    if options.json:
        print(json.dumps([{"name": name} | asdict(c) for name, c in found.items()], indent=2))
        return 0
    for name, change in found.items():
        until = f" to {change.last}" if change.last else ""
        print(f"{name}: {change.kind}, {change.package} {change.first}{until}")
        print(f"    {change.sentence}\n    {change.link}")
    return 0


def serve(options: argparse.Namespace) -> int:
    """Run an app in the foreground, as the specs run it, until it is interrupted."""
    environment = provision(_catalogue().named(options.stack))
    print(f"{options.app} on {environment}", flush=True)
    _check_free(options.port)
    files = runpy.run_path(str(ROOT / "specs" / "site.py"))["SITE"]
    server = subprocess.Popen(
        command(ROOT / "apps" / f"{options.app}.py", environment, options.port),
        cwd=site.lay_out(files),
        env=variables(environment),
    )
    while server.returncode is None:
        with suppress(KeyboardInterrupt):  # the server is interrupted as well, and ends by itself
            server.wait()
    if server.returncode in (0, -signal.SIGINT, -signal.SIGTERM):
        return 0
    raise DidNotStart(f"{options.app} on {environment} ended with status {server.returncode}")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise DidNotStart(
                f"127.0.0.1:{port} cannot be used ({error}): --port 0 lets the kernel pick one"
            ) from None


def list_releases(options: argparse.Namespace) -> int:
    """Print the releases of Starlette that PyPI has and the file lacks, as lines to paste."""
    known = _catalogue().releases
    oldest = min(Version(release) for release in known)
    found = index.releases("starlette")
    lacking = [r for r in found if Version(r) >= oldest and r not in known]
    if options.json:
        print(json.dumps([{"release": r, "yanked": found[r]} for r in lacking], indent=2))
        return int(bool(lacking))
    for release in lacking:
        print(f'    "{release}",' + ("  # yanked" if found[release] else ""))
    print(f"specs/stacks.toml lacks {len(lacking)} of the {len(found)} releases", file=sys.stderr)
    return int(bool(lacking))


def judge_stacks(options: argparse.Namespace) -> int:
    catalogue = _catalogue()
    asked: dict[str, stacks.Stack] = {}
    for wanted in options.stack or ["all"]:
        asked |= catalogue.meant_by(wanted)
    part, parts = options.shard
    names = list(asked)[part - 1 :: parts]
    folder = options.runs / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    console = Console(width=None if sys.stdout.isatty() else 120)
    found = judge.judge(names, folder, options.jobs, options.arguments, console)
    print(f"run files: {folder}")
    return _matrix(found, set(names), console)


def sum_up(options: argparse.Namespace) -> int:
    paths = [
        path
        for given in options.runs
        for path in (sorted(given.rglob("*.jsonl")) if given.is_dir() else [given])
    ]
    found = Summary.of(paths)
    return _matrix(found, found.stacks, Console(width=None if sys.stdout.isatty() else 120))


def _matrix(found: Summary, asked: set[str], console: Console) -> int:
    """Print what stacks came to; 0 where all is well."""
    catalogue = _catalogue()
    print_table(found.tally, found.seconds, APPS, console)
    whole = any(catalogue.group(name) <= found.stacks for name in ("all", "releases"))
    named_changes = changes.load(ROOT / "specs" / "changes.py")
    unproven = found.unproven(named_changes) if whole and found.passed else []
    cut_off = sorted(found.unfinished & found.stacks)
    for line in (
        *(f"UNPROVEN CHANGE {each}" for each in unproven),
        *(f"NOT JUDGED {stack}: see pytest.log" for stack in sorted(asked - found.stacks)),
        *(f"CUT OFF {stack}" for stack in cut_off),
    ):
        console.print(line, style="bold red", highlight=False)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in found.verdicts.items())
    print(f"{len(found.stacks)} of {len(asked)} stacks judged: {verdicts or 'no verdict'}")
    return 0 if found.passed and asked <= found.stacks and not unproven else 1


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a shard such as 1/4")
    return int(part), int(parts)


def _catalogue() -> stacks.Catalogue:
    return stacks.load(ROOT / "specs" / "stacks.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m harness", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(
        name: str, function: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(function=function)
        return added

    for name, function, text in (
        ("stacks", list_stacks, "list the stacks of specs/stacks.toml"),
        ("changes", list_changes, "list the named differences between releases"),
        ("releases", list_releases, "list the releases that PyPI has and specs/stacks.toml lacks"),
    ):
        verb(name, function, text).add_argument("--json", action="store_true", help="as JSON")
    server = verb("serve", serve, "start one app on a stack, in the foreground")
    server.add_argument("app", choices=APPS)
    server.add_argument("--stack", default="latest", help="a name or requirements (latest)")
    server.add_argument("--port", type=int, default=8000, help="0: the kernel picks one (8000)")
    judging = verb("judge", judge_stacks, "judge many stacks side by side")
    judging.add_argument("--stack", action="append", metavar="S", help="as for pytest (all)")
    judging.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time (cores)")
    judging.add_argument(
        "--shard", type=_shard, default=(1, 1), metavar="I/N", help="a part of them"
    )
    judging.add_argument("--runs", type=Path, default=Path("runs"), help="for run files (runs)")
    judging.add_argument("arguments", nargs="*", help="what pytest gets besides, after --")
    summing = verb("matrix", sum_up, "sum up run files, of several shards too")
    summing.add_argument("runs", nargs="+", type=Path, help="run files, or folders of them")
    options = parser.parse_args(arguments)
    try:
        return int(options.function(options))
    except Failure as failure:
        print(
            f"{failure.verdict if failure.exit_code == 3 else 'error'}: {failure}", file=sys.stderr
        )
        return failure.exit_code
    except Exception:  # noqa: BLE001  (whatever it is, it has an exit code of its own)
        traceback.print_exc()
        return Failure.exit_code


if __name__ == "__main__":
    sys.exit(main())
