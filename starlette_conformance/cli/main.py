"""Runs a verb: what it comes to is its exit code, and what went wrong is a sentence."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

from starlette_conformance.cli.parser import parser
from starlette_conformance.model.errors import FULL, Failure, of_os
from starlette_conformance.output.sanitize import printable
from starlette_conformance.process.signals import interruptible

NOT_TAKEN = 128 + signal.SIGPIPE
"""The exit code where nobody took all of the output, so that nobody takes it for good."""


def run(arguments: Sequence[str] | None) -> int:
    _open_closed_streams()
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
        return NOT_TAKEN
    except KeyboardInterrupt as interrupt:
        print("interrupted", file=sys.stderr)
        return getattr(interrupt, "exit_code", 130)
    except OSError as error:
        if error.errno not in FULL:
            return _broken(error)
        _forget_output()
        where = error.filename or "standard output, or another file"
        return _failed(of_os(error, f"{where}: cannot be written"))
    except Exception as error:  # noqa: BLE001  (whatever it is, it has an exit code of its own)
        return _broken(error)


def _open_closed_streams() -> None:
    """Standard streams that are closed, as by `>&-`, go nowhere: the next file that is opened would
    else be what a child writes to.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115


def _broken(error: Exception) -> int:
    """A fault of ours: the traceback, and what to do with it on the last line."""
    with suppress(OSError):
        traceback.print_exception(error)
        what = printable(f"{type(error).__name__}: {error}")
        remedy = "this is a bug of starlette-conformance; report it with the lines above"
        print(f"{Failure.verdict}: {what}; {remedy}", file=sys.stderr)
    return Failure.exit_code


def _failed(failure: Failure) -> int:
    with suppress(OSError):
        print(printable(failure.told), file=sys.stderr)
    return failure.exit_code


def _forget_output() -> None:
    """Nobody takes what is still to be printed, so Python must not try at its end."""
    with suppress(OSError, ValueError):  # a test's has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
