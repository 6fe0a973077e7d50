"""The verbs that judge stacks, and that sum up what was judged."""

from pathlib import Path

from starlette_conformance.cli.argument_types import positive, shard
from starlette_conformance.cli.subcommand import JOBS, Verbs, add_file, add_stacks, add_verb

RUNS = "run files, or folders of them"


def add(verbs: Verbs) -> None:
    judging = add_verb(
        verbs,
        "judge",
        "judge many stacks side by side",
        "starlette_conformance.cli.judge",
        "judge_stacks",
        of_stacks=True,
    )
    add_stacks(judging, "all")
    judging.add_argument(
        "--jobs",
        type=positive,
        default=JOBS,
        metavar="N",
        help="sessions of pytest at a time (default: cores + 2)",
    )
    judging.add_argument(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="I/N",
        help="the I-th of N parts of the stacks, such as 1/4 (default: all)",
    )
    judging.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="where a folder of run files is made (default: runs)",
    )
    judging.add_argument(
        "arguments", nargs="*", metavar="-- ARGUMENT", help="what pytest gets besides"
    )
    summing = add_verb(
        verbs,
        "matrix",
        "sum up run files, of several shards too",
        "starlette_conformance.cli.judge",
        "sum_up",
    )
    summing.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=RUNS)
    add_file(summing, "--junit", "a test case for each verdict")
    add_file(summing, "--markdown", "for a job's summary page")
    reporting = add_verb(
        verbs, "report", "make one page of run files", "starlette_conformance.cli.report", "report"
    )
    reporting.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=RUNS)
    add_file(reporting, "--html", "where the page goes")
    add_file(reporting, "--json", "where its data go")
    add_file(reporting, "--costs", "what `costs` wrote, to be shown as well")
