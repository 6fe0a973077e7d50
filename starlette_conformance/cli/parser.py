"""The whole command line: `parser()`, verb by verb, what is asked for most first."""

import argparse

from starlette_conformance.cli import args_compare, args_judge, args_list, args_measure

DESCRIPTION = """\
Can I take this Starlette upgrade, and what will my clients see?
`starlette-conformance VERB --help` tells what a verb takes."""

EXIT_CODES = """\
exit codes:
    0  good
    1  a finding: a difference, a failure, a regression
    2  usage
    3  could not be judged: not installable, did not start, cannot tell
    4  harness error
  130  Ctrl-C (143 SIGTERM, 129 SIGHUP)
  141  nobody took the whole output, as with `| head`"""


def parser() -> argparse.ArgumentParser:
    """Every verb, with its options and its function."""
    whole = argparse.ArgumentParser(
        prog="starlette-conformance",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")
    for topic in (args_compare, args_judge, args_measure, args_list):
        topic.add(verbs)
    return whole
