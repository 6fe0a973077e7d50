"""Requests, responses and scenarios as data, in the shape of `schema.json`."""

from typing import Any

from starlette_conformance.http.curl_commands import PORT, curl_command
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.report.merged_runs import Pool
from starlette_conformance.report.recorded_requests import RecordedRequest
from starlette_conformance.stacks.ledger import Ledger


def request_data(recorded: RecordedRequest, pool: Pool, ledger: Ledger) -> dict[str, Any]:
    sent = pool.requests.things[recorded.request]
    return {
        "app": sent.variant,
        "text": sent.request.data.decode("latin-1"),
        "command": curl_command(sent.request.to(PORT)),
        "compared": not recorded.peculiar,
        "only_for": [ledger.names[change] for change in ledger.slow.get(sent.variant, ())],
    }


def scenario_data(scenario: Scenario, ledger: Ledger) -> dict[str, Any]:
    return {
        "app": scenario.variant,
        "name": scenario.name,
        "steps": list(scenario.words),
        "compared": True,
        "only_for": [ledger.names[change] for change in ledger.slow.get(scenario.variant, ())],
    }


def response_data(wire: WireResponse) -> dict[str, Any]:
    response = wire.response
    return {
        "version": response.version,
        "status": response.status,
        "reason": response.reason,
        "headers": [list(line) for line in wire.lines],
        "body": response.body.decode("latin-1"),
        "ending": response.ending,
        "closes": response.closes,
        "interim": list(response.interim),
        "extensions": list(response.extensions),
        "trailers": [[name, str(value)] for name, value in response.trailers.items()],
        "rest": wire.rest.decode("latin-1"),
    }
