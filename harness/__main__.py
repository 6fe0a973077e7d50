"""`python -m harness`: list the stacks and the changes, or serve one app by hand.

Exit codes: 0 good, 1 a finding, 2 usage, 3 could not be judged (not installable, did not start),
4 harness error.
"""

import argparse
import json
import runpy
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from harness import changes, site, stacks
from harness.environments import provision
from harness.failures import DidNotStart, Failure
from harness.servers import command, variables

ROOT = Path(__file__).parent.parent
APPS = sorted(path.stem for path in (ROOT / "apps").glob("*.py"))


def list_stacks(options: argparse.Namespace) -> int:
    found = stacks.load(ROOT / "specs" / "stacks.toml").stacks.values()
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
    catalogue = stacks.load(ROOT / "specs" / "stacks.toml")
    environment = provision(catalogue.named(options.stack))
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
    ):
        verb(name, function, text).add_argument("--json", action="store_true", help="as JSON")
    server = verb("serve", serve, "start one app on a stack, in the foreground")
    server.add_argument("app", choices=APPS)
    server.add_argument("--stack", default="latest", help="a name or requirements (latest)")
    server.add_argument("--port", type=int, default=8000, help="0: the kernel picks one (8000)")
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
