"""What is tested here runs stacks, whatever an earlier run has recorded of them."""

from collections.abc import Iterator, Sequence

import pytest

from starlette_conformance.diff import reference_apps
from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.recordings import Recordings


@pytest.fixture(scope="session", autouse=True)
def nothing_is_kept() -> Iterator[None]:
    """But where a test says that it is of what is kept."""

    def none(environments: Sequence[Environment], _: bool) -> list[Recordings]:
        return [Recordings(each) for each in environments]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference_apps, "recordings", none)
        yield
