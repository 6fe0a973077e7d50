"""The verbs that measure: what stacks cost, and what the harness itself is good for."""

from argparse import ArgumentTypeError
from pathlib import Path

from starlette_conformance.cli.argument_types import positive, seconds
from starlette_conformance.cli.subcommand import (
    JOBS,
    Verbs,
    add_file,
    add_pair,
    add_stacks,
    add_verb,
)
from starlette_conformance.cost.manifest import BASE, MANIFEST
from starlette_conformance.output.output_files import STDOUT


def add(verbs: Verbs) -> None:
    _add_costs(verbs)
    _add_mutants(verbs)
    add_verb(
        verbs,
        "selftest",
        "show that specs and gate work, and can fail, in a minute",
        "starlette_conformance.cli.selftest",
        "selftest",
    )


def _add_costs(verbs: Verbs) -> None:
    gating = add_verb(
        verbs,
        "gate",
        "may the new stack replace the old one, by what it costs?",
        "starlette_conformance.cost.gate",
        "gate",
        of_stacks=True,
    )
    add_pair(gating)
    gating.add_argument(
        "--budget",
        type=float,
        default=0.5,
        metavar="PERCENT",
        help="how much more NEW may cost (default: 0.5)",
    )
    gating.add_argument(
        "--benchmark",
        action="append",
        choices=MANIFEST,
        metavar="NAME",
        help=f"only this one; repeatable: {', '.join(MANIFEST)}",
    )
    add_file(gating, "--json", "where the figures go")
    pricing = add_verb(
        verbs,
        "costs",
        "count the instructions that releases take",
        "starlette_conformance.cost.costs",
        "costs",
        of_stacks=True,
    )
    add_stacks(pricing, "the releases at which something changed")
    pricing.add_argument(
        "--base", default=BASE, metavar="STACK", help=f"which one is 100 %% (default: {BASE})"
    )
    pricing.add_argument(
        "--json",
        type=_kept,
        default=Path("costs.jsonl"),
        metavar="FILE",
        help="where counts are kept, and found again (default: costs.jsonl)",
    )
    add_file(pricing, "--svg", "where the plots go")
    bending = add_verb(
        verbs,
        "knee",
        "find how many subscribers of a stream a stack serves in time",
        "starlette_conformance.load.capacity",
        "knee",
        of_stacks=True,
    )
    add_stacks(bending, "documented and latest")
    bending.add_argument(
        "--interval",
        type=seconds,
        default=1.0,
        metavar="SECONDS",
        help="between two events of a stream (default: 1)",
    )
    add_file(bending, "--json", "where the figures of each step go")


def _add_mutants(verbs: Verbs) -> None:
    mutating = add_verb(
        verbs,
        "mutants",
        "change the packages in one place: does a spec notice?",
        "starlette_conformance.cli.mutants",
        "mutants",
        of_stacks=True,
    )
    mutating.add_argument(
        "--stack", default="documented", metavar="STACK", help="(default: documented)"
    )
    mutating.add_argument(
        "--module",
        action="append",
        default=[],
        metavar="MODULE",
        help="such as starlette.responses; repeatable (default: all that the specs reach)",
    )
    mutating.add_argument(
        "--only", action="append", default=[], metavar="MUTANT", help="by its name; repeatable"
    )
    mutating.add_argument(
        "--sample", type=positive, metavar="N", help="so many, taken by chance (default: all)"
    )
    mutating.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the sample (default: 0)"
    )
    mutating.add_argument(
        "--equivalent", action="store_true", help="those of specs/ledger/equivalent.toml as well"
    )
    mutating.add_argument(
        "--jobs", type=positive, default=JOBS, metavar="N", help="at a time (default: cores + 2)"
    )
    mutating.add_argument(
        "--results", type=_kept, metavar="FILE", help="where verdicts are kept, and found again"
    )


def _kept(text: str) -> Path:
    """A file that a later run goes on with."""
    if Path(text) == STDOUT:
        raise ArgumentTypeError(f"{text!r} is standard output, where nothing is found again")
    return Path(text)
