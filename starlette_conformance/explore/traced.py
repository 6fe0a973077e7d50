"""A traced copy of a stack: the lines of its packages that are run are written down in a file, as
`stacks/_tracer.py` does.
"""

from dataclasses import replace
from pathlib import Path

from starlette_conformance.explore.lines import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.overlays import installed, lay_traced

PACKAGES = ("starlette", "sse_starlette", "uvicorn", "h11", "httptools")


def traced_packages(environment: Environment) -> list[str]:
    """Those of PACKAGES that lie in the environment's own site-packages."""
    try:
        folder = installed(environment)
    except ValueError:  # an interpreter that lies elsewhere than its packages
        return []
    return [name for name in PACKAGES if (folder / name).is_dir()]


def traced(environment: Environment, folder: Path) -> Environment:
    """The same, with copies of its packages in `folder` that are traced. Raises UsageError."""
    if not (packages := traced_packages(environment)):
        raise UsageError(
            f"{environment.name}: its packages lie in no site-packages of its own, so their lines "
            "cannot be traced; name a stack or a virtual environment, or leave out --guided and "
            "--lines"
        )
    return replace(environment, ahead=lay_traced(environment, folder, packages))


class LinesRun:
    """The lines that a traced copy has run, as they are written down; read from where an earlier
    reading ended, or from the end of the file on.
    """

    def __init__(self, environment: Environment, from_now_on: bool = False) -> None:
        assert environment.ahead
        self._file = environment.ahead / "lines"
        self._read = self._file.stat().st_size if from_now_on else 0

    def more(self, app: str = "") -> set[Line]:
        """Those since: of an app, what no request to it has run before."""
        with self._file.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        records = (record.split() for record in data.decode().splitlines())
        return {(file, int(line)) for _, by, file, line in records if by == app or not app}
