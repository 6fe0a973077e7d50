"""How a verb is interrupted: by Ctrl-C, SIGTERM or SIGHUP, once, and with all that it started.

What it started is killed at once, so that nothing waits for it, and folders can go; and again, as
long as the tidying takes, since another thread may start something meanwhile. A second signal would
only cut the tidying short, so it is not raised, but where the first one was lost: Python ignores
what is raised in a finalizer, and is kept from reporting that.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOST_SECONDS = 0.5
"""After which it is sent again, for as long as it takes."""


class Interrupted(KeyboardInterrupt):
    """By a signal; `exit_code` is what a shell makes of it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(number).name}")
        self.exit_code = 128 + number


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, a signal raises Interrupted. One that is ignored already, as by nohup, stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in SIGNALS}
    handled = [each for each in SIGNALS if before[each] is not signal.SIG_IGN]
    over, main = threading.Event(), threading.get_ident()

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in handled:
            signal.signal(each, again)
        threading.Thread(target=send_again, args=(number,), daemon=True).start()
        again(number, frame)

    def again(number: int, _: FrameType | None) -> None:
        kill_children()
        if not _is_unwinding():
            raise Interrupted(number)

    def send_again(number: int) -> None:
        while not over.wait(LOST_SECONDS):
            signal.pthread_kill(main, number)

    reported = sys.unraisablehook

    def lost(what: "sys.UnraisableHookArgs") -> None:
        if not isinstance(what.exc_value, Interrupted):
            reported(what)

    sys.unraisablehook = lost
    for each in handled:
        signal.signal(each, interrupt)
    try:
        yield
    finally:
        over.set()
        sys.unraisablehook = reported
        for each in handled:
            signal.signal(each, before[each])


def _is_unwinding() -> bool:
    """Whether what runs now is the tidying that Interrupted brings about."""
    error = sys.exc_info()[1]
    while error and not isinstance(error, Interrupted):
        error = error.__context__
    return error is not None


def kill_children() -> None:
    """Kill all processes below this one."""
    import psutil  # noqa: PLC0415  (`--help` has no time for it)

    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
