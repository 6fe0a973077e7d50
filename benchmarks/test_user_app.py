"""What each request of a file costs one's own app: `--app module:app --requests FILE`."""

from collections.abc import Callable

from starlette_conformance.userapp.recorded_request import Step


def test_request(step: Step, measure_step: Callable[[Step], None]) -> None:
    measure_step(step)
