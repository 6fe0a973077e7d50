"""How a user's app is started, on one side: its server, its variables, what comes before."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.process.child_environment import SECRET

START_SECONDS = 60.0
"""How long an app may take to listen: it may have much to import, or to load, and twice at once."""
PORT = "{port}"
NOT_ITS_OWN = ("--port", "--host", "--uds", "--fd", "--reload", "--app-dir", "--env-file")
"""Options of uvicorn that the harness gives it, or has options of its own for."""
NAME = re.compile(r"[A-Za-z_]\w*")
SEED = "PYTHONHASHSEED"
"""Each repetition has another one."""


@dataclass(frozen=True)
class Starting:
    """`command` are the words of --start; where there are none, the stack's server serves the app,
    with `options`. It is ready once it listens, or responds to `ready`, within `seconds`. The
    commands of `before` run in its folder first. `variables` are given besides what is passed.
    `in_place` says that it runs in the user's own folder, and `copied` what a copy of that has
    although .gitignore excludes it.
    """

    command: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    ready: str = ""
    seconds: float = START_SECONDS
    before: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    in_place: bool = False
    copied: tuple[str, ...] = ()


def shown(variables: Mapping[str, str]) -> list[str]:
    """Variables as a shell sets them, without the values of what may be a secret."""
    return [
        f"{name}={'...' if SECRET.search(name) else shlex.quote(value)}"
        for name, value in variables.items()
    ]


def command_of(text: str) -> tuple[str, ...]:
    """The words of --start. Raises UsageError."""
    words = _words(text, "--start")
    if not any(PORT in word for word in words):
        raise UsageError(f"--start {text!r}: write {PORT} where the server's port belongs")
    return words


def options_of(texts: Iterable[str], factory: bool) -> tuple[str, ...]:
    """The words that uvicorn gets. Raises UsageError."""
    words = [word for text in texts for word in _words(text, "--server-option")]
    for word in words:
        if (name := word.partition("=")[0]) in NOT_ITS_OWN:
            raise UsageError(
                f"--server-option {word}: {name} is given by starlette-conformance itself; drop "
                "it, or write the whole command by --start"
            )
    return (*words, *(["--factory"] if factory else []))


def _words(text: str, option: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"{option} {text!r}: not a command line: {error}") from None


def variables_of(texts: Sequence[str], file: Path | None, option: str) -> dict[str, str]:
    """Those of a file, and those that an option names besides. Raises UsageError."""
    found = _of_file(file) if file else {}
    return found | dict(_variable(text, f"{option} {text}") for text in texts)


def _of_file(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise UsageError(f"--env-file {file}: {said}") from None
    found = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ").strip()
        if text and not text.startswith("#"):
            name, value = _variable(text, f"{file}:{number}: {text}")
            found[name] = _unquoted(value, f"{file}:{number}")
    return found


def _variable(text: str, where: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not NAME.fullmatch(name.strip()):
        raise UsageError(f"{where}: write NAME=VALUE")
    if name.strip() == SEED:
        raise UsageError(f"{where}: {SEED} is another one in each repetition")
    return name.strip(), value


def _unquoted(value: str, where: str) -> str:
    """A value of a file: in quotes, or up to a comment."""
    value = value.strip()
    if not value.startswith(("'", '"')):
        return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
    try:
        words = shlex.split(value, comments=True)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None
    if len(words) != 1:
        raise UsageError(f"{where}: write one value in one pair of quotes")
    return words[0]
