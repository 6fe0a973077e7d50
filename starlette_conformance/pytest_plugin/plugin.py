"""The entry point that pytest loads wherever this package is installed: options, and nothing else.

What makes pytest judge stacks is loaded only by a session that asks for it: one that is given the
specs, or a stack, an interpreter or an address.
"""

from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import for_argparse, hash_seed
from starlette_conformance.stacks.project import ROOT, catalogue

PLUGINS = ("fixtures", "judging", "missing_extras")
SPECS = ROOT / "specs"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("starlette-conformance")
    group.addoption(
        "--stack",
        action="append",
        default=[],
        metavar="NAME|REQUIREMENT[,REQUIREMENT...]",
        help="judge this stack, or measure it: a name of specs/stacks.toml, `all` or an axis, or "
        "requirements; repeatable (default: documented and latest)",
    )
    group.addoption(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="judge what this interpreter has installed, or measure it; repeatable",
    )
    group.addoption(
        "--hash-seed",
        type=for_argparse(hash_seed),
        default=0,
        metavar="N",
        help="PYTHONHASHSEED of the apps on provisioned stacks (default: 0)",
    )
    group.addoption(
        "--url",
        action="append",
        default=[],
        metavar="APP=http://HOST:PORT",
        help="hold a server that runs there, in whatever language, to the specs of `latest`, or of "
        "the one --stack; repeatable",
    )
    group.addoption(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="where the run files are written (default: runs)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "source(*texts): where the promise of a spec is written")
    if _judges(config):
        try:
            catalogue()
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        for name in PLUGINS:
            config.pluginmanager.import_plugin(f"{__package__}.{name}")


def _judges(config: pytest.Config) -> bool:
    """Whether the session is given the specs."""
    given = [Path(config.invocation_params.dir, arg.partition("::")[0]) for arg in config.args]
    paths = [path.resolve() for path in given]
    return any(path == SPECS or SPECS in path.parents or path in SPECS.parents for path in paths)
