"""What can go wrong before a verdict, each with the exit code of `starlette-conformance`."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""How the system says that no more can be written."""


class Failure(Exception):  # noqa: N818  (a verdict, not a mistake of the program)
    """A sentence for the user: what was wrong, where, what to do."""

    exit_code = 4
    verdict = "harness error"

    @property
    def told(self) -> str:
        """What a command ends with: the verdict where it is one on a stack, and the sentence."""
        return f"{self.verdict if self.exit_code == 3 else 'error'}: {self}"


class UsageError(Failure):
    """The request itself is wrong: an unknown name, an interpreter that cannot run."""

    exit_code = 2


class NotInstallable(Failure):
    """The packages of a stack cannot be resolved or installed."""

    exit_code = 3
    verdict = "not installable"


class DidNotStart(Failure):
    """The app's process ended, or said nothing, before it served."""

    exit_code = 3
    verdict = "did not start"


class DidNotStop(Failure):
    """The app's process stayed when it was told to end, or left others behind."""

    exit_code = 1
    verdict = "fail"


class CannotTell(Failure):
    """What was measured does not bear out any verdict, or could not be measured."""

    exit_code = 3
    verdict = "cannot tell"


def of_os(error: OSError, what: str) -> Failure:
    """What the system refused, as a sentence. `what` tells where."""
    said = f"{what}: {error.strerror or error}"
    return Failure(f"{said}; make room there" if error.errno in FULL else said)
