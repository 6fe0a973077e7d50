"""The folders and programs that a user's app gets in the place of the user's."""

import shlex
from pathlib import Path

from starlette_conformance.model.environment import Environment

SHELL = "/bin/sh"
SHEBANG = 512
"""Bytes in which a script names its interpreter; uv writes a line for sh where that is long."""
XDG = {
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": ".run",
}


def folders(own: Path) -> dict[str, str]:
    """Folders of its own in the place of the user's home, temporary folder and XDG's."""
    home, temporary = own / "home", own / "tmp"
    variables = {name: home / below for name, below in XDG.items()}
    for folder in (temporary, *variables.values()):
        folder.mkdir(parents=True, mode=0o700)
    return {name: str(path) for name, path in variables.items()} | {"TMPDIR": str(temporary)}


def programs(environment: Environment, folder: Path) -> list[str]:
    """The folders of a stack's programs. A stack was made under another name than it has now, so
    its scripts name an interpreter that is not there: they are run by the one that is.
    """
    installed = environment.interpreter.parent
    if environment.passes_variables:
        return [str(installed)]
    folder.mkdir()
    for script in installed.iterdir():
        if script.is_file() and not script.is_symlink():
            with script.open("rb") as file:
                begin = file.read(SHEBANG)
            if begin.startswith(b"#!") and b"python" in begin:
                words = shlex.join([str(environment.interpreter), str(script)])
                (folder / script.name).write_text(f'#!{SHELL}\nexec {words} "$@"\n', "utf-8")
                (folder / script.name).chmod(0o755)
    return [str(folder), str(installed)]
