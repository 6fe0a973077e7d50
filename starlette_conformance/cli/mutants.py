"""`mutants`."""

from typing import Any

import click

from starlette_conformance.cli.options import JOBS, Value, command, jobs, json_file, stack
from starlette_conformance.model.option_values import positive
from starlette_conformance.output.output_files import kept


@command(of_stacks=True)
@stack("documented")
@click.option(
    "--module", "modules", multiple=True, metavar="MODULE",
    help="Such as starlette.responses; repeatable (default: all that the specs reach).",
)  # fmt: skip
@click.option("--only", multiple=True, metavar="MUTANT", help="By its name; repeatable.")
@click.option(
    "--sample", type=Value(positive), metavar="N", help="Judge N mutants, at random (default: all)."
)
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Take another sample."
)
@click.option("--equivalent", is_flag=True, help="Those of specs/ledger/equivalent.toml as well.")
@jobs(JOBS, "Mutants at a time (default: cores + 2).")
@click.option(
    "--results", type=Value(kept), metavar="FILE",
    help="Where verdicts are kept; a later run goes on from there.",
)  # fmt: skip
@json_file("What survives, and stale entries of specs/ledger/equivalent.toml")
def mutants(**given: Any) -> int:
    """Exits with 0 if every mutant is killed, or known to be equivalent."""
    from starlette_conformance.mutants import judge_mutants

    return judge_mutants.mutants(judge_mutants.Options(**given))
