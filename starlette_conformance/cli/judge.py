"""`judge`: the specs on many stacks."""

from pathlib import Path
from typing import Any

import click

from starlette_conformance.cli.options import FILE, JOBS, Value, command, jobs, json_file, stacks
from starlette_conformance.model.option_values import shard


@command(of_stacks=True)
@stacks("all")
@jobs(JOBS, "Sessions of pytest at a time (default: cores + 2).")
@click.option(
    "--shard", type=Value(shard), default=(1, 1), metavar="I/N",
    help="The I-th of N parts of the stacks, such as 1/4 (default: all).",
)  # fmt: skip
@click.option(
    "--runs", type=FILE, default=Path("runs"), show_default=True, metavar="DIR",
    help="Where to make a folder of run files.",
)  # fmt: skip
@click.option(
    "--missing",
    is_flag=True,
    help="Leave out stacks that have a whole run file in --runs. Those with the newest packages, "
    "such as latest, are judged again.",
)
@click.option(
    "--cached",
    is_flag=True,
    help="Leave out stacks on which the same specs passed before, with the same packages; their "
    "earlier verdicts count.",
)
@click.option(
    "--sandbox",
    is_flag=True,
    help="The apps reach 127.0.0.1 alone, and there nothing but themselves.",
)
@json_file("Verdicts by stack, each that is no pass, and what is new where specs fail")
@click.argument(
    "arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGUMENT...]",
    help="What pytest gets as well.",
)  # fmt: skip
def judge(stacks: tuple[str, ...], sandbox: bool, arguments: tuple[str, ...], **given: Any) -> int:
    """`starlette-conformance judge --stack latest -- -k range` runs some specs only."""
    from starlette_conformance.diff import judge_stacks

    more = ("--sandbox", *arguments) if sandbox else arguments
    return judge_stacks.judge_stacks(stacks, arguments=more, **given)
