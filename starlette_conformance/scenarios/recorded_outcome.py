"""An outcome as a run file holds it, and read from there."""

from typing import Any

from msgspec.structs import asdict

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.runs.records import OutcomeRecord, ResponseRecord, Seen, Values
from starlette_conformance.scenarios.outcome import Outcome


def outcome_record(scenario: Scenario, outcome: Outcome) -> OutcomeRecord:
    observed = {name: _seen(value) for name, value in outcome.items()}
    return OutcomeRecord(scenario=scenario.name, observed=observed)


def recorded_outcome(record: OutcomeRecord, environment: Environment) -> Outcome:
    observed = {name: _observed(value) for name, value in record.observed.items()}
    return Outcome(observed, environment)


def response_record(response: Response) -> ResponseRecord:
    fields = {name: getattr(response, name) for name in ResponseRecord.__struct_fields__}
    return ResponseRecord(**fields | {"body": _texts(response.body)})


def recorded_response(record: ResponseRecord) -> Response:
    return Response(**asdict(record) | {"body": _bytes(record.body)})


def _seen(value: Any) -> Seen:
    if isinstance(value, list):
        return tuple(_one(each) for each in value)
    return None if value is None else _one(value)


def _one(value: str | Response) -> str | ResponseRecord:
    if isinstance(value, Response):
        return response_record(value)
    return value


def _observed(value: Seen | str) -> Any:
    if isinstance(value, ResponseRecord):
        return recorded_response(value)
    return [_observed(each) for each in value] if isinstance(value, tuple) else value


def _texts(body: bytes | tuple[bytes, ...]) -> Values:
    """Latin-1: one character a byte."""
    if isinstance(body, tuple):
        return tuple(chunk.decode("latin-1") for chunk in body)
    return body.decode("latin-1")


def _bytes(body: Values) -> bytes | tuple[bytes, ...]:
    if isinstance(body, tuple):
        return tuple(chunk.encode("latin-1") for chunk in body)
    return body.encode("latin-1")
