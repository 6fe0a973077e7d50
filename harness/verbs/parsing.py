"""The whole command line: `parser()`, verb by verb, what is asked for most first."""

import argparse

from harness.verbs import comparing, judging, listing, measuring

DESCRIPTION = """\
Can I take this Starlette upgrade, and what will my clients see?
`python -m harness VERB --help` tells what a verb takes."""

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
        prog="python -m harness",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")
    for topic in (comparing, judging, measuring, listing):
        topic.add(verbs)
    return whole
