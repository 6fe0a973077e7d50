"""`python -m harness`: judge stacks, tell what they cost, list what is known, or serve one app.

Exit codes: 0 good, 1 a finding, 2 usage, 3 could not be judged (not installable, did not start,
cannot tell), 4 harness error, 129 SIGHUP, 130 Ctrl-C, 143 SIGTERM.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import get_args

from harness.changes import Kind
from harness.cost.manifest import BASE, MANIFEST
from harness.explore import explore
from harness.failures import FULL, Failure, of_os
from harness.interrupted import interruptible
from harness.listings import list_changes, list_releases, list_stacks
from harness.matrix import judge_stacks, sum_up
from harness.options import number, seconds, shard
from harness.plain import printable
from harness.project import APPS, SITES
from harness.serving import serve

JOBS = (os.cpu_count() or 1) + 2
"""Stacks that are judged at a time: now and then some wait."""

Function = Callable[[argparse.Namespace], int]
Verb = Callable[[str, Function, str], argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """Every verb, with its options and its function."""
    parser = argparse.ArgumentParser(prog="python -m harness", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, function: Function, text: str) -> argparse.ArgumentParser:
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
    server.add_argument("app", choices=(*APPS, *SITES))
    server.add_argument("--stack", default="latest", help="a name or requirements (latest)")
    server.add_argument("--port", type=int, default=8000, help="0: the kernel picks one (8000)")
    judging = verb("judge", judge_stacks, "judge many stacks side by side")
    judging.add_argument("--stack", action="append", metavar="S", help="as for pytest (all)")
    judging.add_argument("--jobs", type=number, default=JOBS, help="at a time (cores + 2)")
    judging.add_argument(
        "--shard", type=shard, default=(1, 1), metavar="I/N", help="a part of them"
    )
    judging.add_argument("--runs", type=Path, default=Path("runs"), help="for run files (runs)")
    judging.add_argument("arguments", nargs="*", help="what pytest gets besides, after --")
    summing = verb("matrix", sum_up, "sum up run files, of several shards too")
    summing.add_argument("runs", nargs="+", type=Path, help="run files, or folders of them")
    summing.add_argument("--junit", type=Path, metavar="FILE", help="a case for each verdict")
    summing.add_argument("--markdown", type=Path, metavar="FILE", help="for a job's summary page")
    _add_report(verb)
    exploring = verb("explore", explore, "find differences on the wire that no change explains")
    exploring.add_argument("stacks", nargs="*", metavar="OLD NEW", help="two stacks")
    exploring.add_argument("--neighbours", metavar="RANGE", help="of an axis, such as releases")
    exploring.add_argument("--requests", type=int, default=2000, metavar="N", help="made (2000)")
    exploring.add_argument("--seed", type=int, default=0, help="of the requests made (0)")
    exploring.add_argument("--run", type=Path, help="a run file, for the specs' requests")
    exploring.add_argument(
        "--jobs", type=number, default=os.cpu_count() or 1, help="stacks at a time"
    )
    _add_diff(verb)
    _add_costs(verb)
    _add_mutants(verb)
    selftest = _when_asked("harness.selftest", "selftest")
    verb("selftest", selftest, "show that specs and gate work, and can fail, in a minute")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        with interruptible():
            code = int(options.function(options))
            sys.stdout.flush()
            return code
    except Failure as failure:
        return _failed(failure)
    except BrokenPipeError:  # `| head` has seen enough
        _forget_output()
        return 0
    except KeyboardInterrupt as interrupt:
        print("interrupted", file=sys.stderr)
        return getattr(interrupt, "exit_code", 130)
    except OSError as error:
        if error.errno not in FULL:
            traceback.print_exc()
            return Failure.exit_code
        _forget_output()
        where = error.filename or "standard output, or another file"
        return _failed(of_os(error, f"{where}: cannot be written"))
    except Exception:  # noqa: BLE001  (whatever it is, it has an exit code of its own)
        traceback.print_exc()
        return Failure.exit_code


def _failed(failure: Failure) -> int:
    with suppress(OSError):
        print(printable(failure.line), file=sys.stderr)
    return failure.exit_code


def _forget_output() -> None:
    """Nobody takes what is still to be printed, so Python must not try at its end."""
    with suppress(OSError, ValueError):  # a test's has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _add_diff(verb: Verb) -> None:
    """The verbs that tell what clients see of an upgrade."""
    of_apps = _when_asked("harness.diff.verb", "diff")
    of_ones_own = _when_asked("harness.own.verb", "diff")

    def diff(options: argparse.Namespace) -> int:
        own = options.app, options.requests, options.cwd, options.extra, options.origin
        return (of_ones_own if any(own) else of_apps)(options)

    diffing = verb("diff", diff, "what will clients see of an upgrade, and who explains it?")
    diffing.add_argument("old", help="a release of Starlette, a stack, requirements, or a path")
    diffing.add_argument("new", help="as old; harness/targets.py lists the forms")
    diffing.add_argument("--only", action="append", choices=APPS, default=[], help="this app")
    diffing.add_argument(
        "--fail-on",
        action="append",
        choices=[*get_args(Kind), "any"],
        default=[],
        help="end with 1 where a change of this kind explains something",
    )
    for form in ("json", "markdown", "html", "junit"):
        diffing.add_argument(f"--{form}", type=Path, metavar="FILE", help="`-`: standard output")
    own = diffing.add_argument_group("your own app")
    own.add_argument(
        "--app", metavar="MODULE:APP", help="as for uvicorn; asked what --requests has"
    )
    own.add_argument("--requests", type=Path, metavar="FILE", help="a .har or an .http file")
    own.add_argument("--cwd", type=Path, metavar="DIR", help="where the module lies (.)")
    own.add_argument(
        "--with", action="append", dest="extra", metavar="REQUIREMENT", help="installed beside"
    )
    own.add_argument("--origin", metavar="URL", help="the app's, where a HAR has several")
    own.add_argument("--seconds", type=seconds, default=10.0, help="an answer may take (10)")
    explain = _when_asked("harness.diff.explained", "explain")
    explaining = verb("explain", explain, "tell all of one change, or of one spec")
    explaining.add_argument("name", help="a change, or a part of a spec's node id")


def _add_report(verb: Verb) -> None:
    reporting = verb(
        "report", _when_asked("harness.report.report", "report"), "make one page of run files"
    )
    reporting.add_argument("runs", nargs="+", type=Path, help="run files, or folders of them")
    reporting.add_argument("--html", type=Path, metavar="FILE", help="where the page goes")
    reporting.add_argument("--json", type=Path, metavar="FILE", help="where its data go")
    reporting.add_argument("--costs", type=Path, metavar="FILE", help="what `costs` wrote")


def _add_mutants(verb: Verb) -> None:
    judging = _when_asked("harness.mutants.verb", "mutants")
    mutating = verb("mutants", judging, "change the packages in one place: does a spec notice?")
    mutating.add_argument("--stack", default="documented", metavar="S", help="(documented)")
    mutating.add_argument("--module", action="append", default=[], metavar="M", help="repeatable")
    mutating.add_argument("--only", action="append", default=[], metavar="NAME", help="repeatable")
    mutating.add_argument("--sample", type=number, metavar="N", help="so many, taken by chance")
    mutating.add_argument("--seed", type=int, default=0, help="of the sample (0)")
    mutating.add_argument("--equivalent", action="store_true", help="those known to be, too")
    mutating.add_argument("--jobs", type=number, default=JOBS, help="at a time (cores + 2)")
    mutating.add_argument("--results", type=Path, metavar="FILE", help="goes on where it was")


def _add_costs(verb: Verb) -> None:
    """The verbs that measure."""
    gate = _when_asked("harness.cost.gate", "gate")
    gating = verb("gate", gate, "may the new stack replace the old one, by what it costs?")
    gating.add_argument("old", help="a name, requirements, or the path of an interpreter")
    gating.add_argument("new", help="as old")
    gating.add_argument("--budget", type=float, default=0.5, metavar="PERCENT", help="(0.5)")
    gating.add_argument("--benchmark", action="append", choices=MANIFEST, help="only this one")
    gating.add_argument("--json", type=Path, metavar="FILE", help="where the figures go")
    costs = _when_asked("harness.cost.costs", "costs")
    pricing = verb("costs", costs, "count the instructions that releases take")
    pricing.add_argument("--stack", action="append", metavar="S", help="as for pytest")
    pricing.add_argument("--base", default=BASE, metavar="S", help=f"is 100 %% ({BASE})")
    pricing.add_argument("--json", type=Path, default=Path("costs.jsonl"), help="(costs.jsonl)")
    pricing.add_argument("--svg", type=Path, metavar="FILE", help="where the plots go")
    knee = _when_asked("harness.load.knee", "knee")
    bending = verb("knee", knee, "find how many subscribers of a stream a stack serves in time")
    bending.add_argument("--stack", action="append", metavar="S", help="(documented and latest)")
    bending.add_argument("--interval", type=seconds, default=1.0, help="seconds between events (1)")
    bending.add_argument("--json", type=Path, metavar="FILE", help="for the figures of each step")


def _when_asked(module: str, name: str) -> Function:
    """A function of a module that is slow to import, since it needs scipy or matplotlib."""
    return lambda options: int(getattr(import_module(module), name)(options))


if __name__ == "__main__":
    sys.exit(main())
