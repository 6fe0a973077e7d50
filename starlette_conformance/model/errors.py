"""What can go wrong before a verdict, each with the exit code of `starlette-conformance`."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""How the system says that no more can be written."""
REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT)
"""How it says that nothing may be written there."""
ELSEWHERE = (
    "set STARLETTE_CONFORMANCE_CACHE, and UV_CACHE_DIR for uv's own cache, to folders that can be "
    "written"
)


LONGEST = 2_000
"""Characters of a message; a name in it, or what a file has in a field, may be of any length."""


def shortened(text: str, longest: int) -> str:
    """Cut in the middle where it is long: what to do stands at the end."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}... ({len(text):,} characters) ...{text[-half:]}"


def first_line(error: Exception) -> str:
    """What a library says before it shows the place in the text, on lines of their own."""
    return str(error).partition("\n")[0]


class Failure(Exception):  # noqa: N818  (a verdict, not a mistake of the program)
    """A sentence for the user: what was wrong, where, what to do. It has one line."""

    exit_code = 4
    verdict = "harness error"

    def __init__(self, text: str, concluded: bool = False) -> None:
        """`concluded`: the command's verdict was printed, and its files written, before."""
        super().__init__(shortened(text, LONGEST).replace("\n", r"\n"))
        self.concluded = concluded

    @property
    def message(self) -> str:
        """What a command prints last: the verdict where it is one on a stack, and the sentence."""
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
    """The app's process did not end when it should, or left others behind."""

    exit_code = 1
    verdict = "fail"


class CannotTell(Failure):
    """What was measured does not bear out any verdict, or could not be measured."""

    exit_code = 3
    verdict = "cannot tell"


def of_os(error: OSError, what: str) -> Failure:
    """What the system refused, as a sentence. `what` says where."""
    said = f"{what}: {error.strerror or error}"
    return Failure(f"{said}; make room there" if error.errno in FULL else said)


def of_output(error: OSError, what: str) -> Failure:
    """The same of a place that the user named: where it is not full, another one is wanted."""
    failure = of_os(error, what)
    return failure if error.errno in FULL else UsageError(str(failure))


def of_cache(error: OSError, what: str) -> Failure:
    """The same of a folder of a cache, which may lie elsewhere."""
    said = of_os(error, what)
    return Failure(f"{said}; {ELSEWHERE}") if error.errno in REFUSED else said
