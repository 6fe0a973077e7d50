"""The fixtures that every spec needs: the session's verdicts so far, and the stack it runs on."""

from dataclasses import replace

import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.pytest_plugin.session import JUDGING, Judging


@pytest.fixture(scope="session")
def judging(request: pytest.FixtureRequest) -> Judging:
    return request.config.stash[JUDGING]


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest, judging: Judging) -> Environment:
    """The stack under judgement, provisioned."""
    run = judging.run(request.param)
    urls = {app: str(address) for app, address in judging.remote.items()}
    seed = request.config.getoption("--hash-seed")
    environment = replace(judging.environment(request.param), hash_seed=seed, urls=urls)
    run.begin(environment, judging.complete, judging.own.options() if judging.own else ())
    return environment
