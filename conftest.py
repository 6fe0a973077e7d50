"""The options that `pytest specs` and `pytest benchmarks` share: on what the apps are served.

They stand here, above both folders, so that one pytest may be asked for both.
"""

import pytest

from harness.options import hash_seed


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
        type=hash_seed,
        default=0,
        metavar="N",
        help="PYTHONHASHSEED of the apps on provisioned stacks (default: 0)",
    )
