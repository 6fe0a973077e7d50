"""Runs a command: its exit code, and a sentence on what went wrong."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

import click

from starlette_conformance.cli.app import COMPLETION, NAME, app
from starlette_conformance.model.errors import FULL, DidNotStop, Failure, UsageError, of_os
from starlette_conformance.model.extras import lacking
from starlette_conformance.output import verbosity
from starlette_conformance.output.printing import TAKEN, write_line
from starlette_conformance.process.orphans import none_left
from starlette_conformance.process.signals import interruptible

NOT_TAKEN = 128 + signal.SIGPIPE
"""The exit code where the reader closed the output, so that nobody takes it for success."""
LEFT_SECONDS = 0.5
"""How long what a command started may take to end after it."""


def run(arguments: Sequence[str] | None) -> int:
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a test's is another
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr has it, in any locale
    verbosity.reset()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with interruptible():
            with none_left(LEFT_SECONDS) as left:
                code = _completed() if COMPLETION in os.environ else _invoked(given)
            sys.stdout.flush()
            if left:
                _failed(DidNotStop(f"processes were left behind, and killed: {', '.join(left)}"))
            return code or int(bool(left))
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else NAME
        if path == NAME and given and given[0] in app.commands:  # its parser knows no context
            path = f"{NAME} {given[0]}"
        message = " ".join(error.format_message().split())  # choices are on lines of their own
        return _failed(UsageError(message), f"`{path} --help` shows its options")
    except Failure as failure:
        return _failed(failure)
    except ModuleNotFoundError as error:
        if (extra := lacking(error.name)) is None:
            return _broken(error)
        command = next(word for word in given if not word.startswith("-"))
        return _failed(UsageError(f"`{command}` needs {extra}"))
    except BrokenPipeError:  # `| head` has seen enough
        _forget_output()
        return NOT_TAKEN
    except KeyboardInterrupt as interrupt:
        write_line("interrupted", stderr=True)
        _sweep()
        return getattr(interrupt, "exit_code", 130)
    except OSError as error:
        if error.errno not in FULL:
            return _broken(error)
        _forget_output()
        where = error.filename or "standard output, or another file"
        return _failed(of_os(error, f"{where}: cannot be written"))
    except Exception as error:  # noqa: BLE001  (whatever it is, it has an exit code of its own)
        return _broken(error)


def _invoked(arguments: list[str]) -> int:
    """Not by click's `main`, which has exit codes of its own for Ctrl-C and a closed pipe."""
    try:
        with app.make_context(NAME, [*arguments], obj=arguments) as context:
            return app.invoke(context) or 0
    except click.exceptions.Exit as wanted:
        return wanted.exit_code
    finally:
        TAKEN[0] = False


def _completed() -> int:
    from click.shell_completion import shell_complete

    return shell_complete(app, {}, NAME, COMPLETION, os.environ[COMPLETION])


def _open_closed_streams() -> None:
    """Standard streams that are closed, as by `>&-`, go nowhere: the next file that is opened would
    else be what a child writes to.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115


def _sweep() -> None:
    """Remove what the processes that were killed cannot remove themselves."""
    import psutil

    from starlette_conformance.stacks.cache import cache_folder, sweep

    with suppress(psutil.Error):
        psutil.wait_procs(psutil.Process().children(recursive=True), LEFT_SECONDS)
    with suppress(Failure):
        sweep(cache_folder(), ends=True)


def _broken(error: Exception) -> int:
    """A fault of ours: the traceback, and what to do with it on the last line."""
    with suppress(OSError):
        _print_traceback(error)
        what = f"{type(error).__name__}: {error}"
        remedy = "this is a bug of starlette-conformance; report it with the lines above"
        write_line(f"{Failure.verdict}: {what}; {remedy}", stderr=True)
    return Failure.exit_code


def _failed(failure: Failure, hint: str = "") -> int:
    if verbosity.verbose():
        _print_traceback(failure)
    with suppress(OSError):
        write_line(f"{failure.message}\n{hint}".rstrip("\n"), stderr=True)
    return failure.exit_code


def _print_traceback(error: Exception) -> None:
    write_line("".join(traceback.format_exception(error)).rstrip("\n"), stderr=True)


def _forget_output() -> None:
    """Nobody takes what is still to be printed, so Python must not try at its end."""
    with suppress(OSError, ValueError):  # a test's has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
