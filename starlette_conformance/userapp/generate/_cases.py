"""Prints requests of an OpenAPI document by Schemathesis: a program of its own, since what makes
data from a schema may take any time. Nothing is sent.

It reads `{"document": ..., "seed": 0, "cases": 4}`, and prints lines of JSON, as `cases.py` reads
them: first every operation, in the order in which they are to be sent, then requests to each.
"""

import base64
import json
import sys
import warnings
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException, HypothesisWarning
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from starlette_conformance.userapp.form_bodies import BOUNDARY
from starlette_conformance.userapp.generate import case_values

WORDS = ("method", "url", "headers", "data", "params", "json", "files", "cookies")
OF_THE_CLIENT = {"accept-encoding", "connection", "content-length", "user-agent"}
POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
CONFIG = {
    "generation": {
        "allow-x00": False,
        "allow-extra-parameters": False,
        "codec": "ascii",
        "database": "none",
        "with-security-parameters": False,
    }
}


def say(what: str, **found: Any) -> None:
    sys.stdout.write(f"{json.dumps({'is': what, **found})}\n")
    sys.stdout.flush()


def drawn(strategy: Any, number: int, seed: int) -> list[Any]:
    """The simplest value of a strategy, and others."""
    found = []

    @seeded(seed)
    @settings(
        database=None,
        max_examples=number,
        deadline=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(case: Any) -> None:
        found.append(case)

    take()
    return found


def cases(schema: Any, operation: Any, number: int, seed: int) -> Iterator[tuple[str, Any]]:
    """Requests that the document allows: its examples, the simplest, the bounds, others; and one
    that it does not allow.
    """
    for strategy in operation.get_strategies_from_examples():
        for case in drawn(strategy, 1, seed):
            yield "example", case
    random = drawn(operation.as_strategy(generation_mode=POSITIVE), number, seed)
    yield from (("simple", case) for case in random[:1])
    for mode, count, kind in ((POSITIVE, number, "coverage"), (NEGATIVE, 3, "negative")):
        found = schema.iter_coverage_cases(
            operation, generation_modes=[mode], generation_config=schema.config.generation
        )
        every = (case for case in found if case.method == operation.method.upper())
        yield from ((kind, case) for case in islice(every, count))
    yield from (("random", case) for case in random[1:])


def linked(operation: Any) -> dict[str, list[dict[str, str]]]:
    """Where values of its responses go to, by the operation that takes them."""
    found: dict[str, list[dict[str, str]]] = {}
    for status, response in (operation.definition.raw.get("responses") or {}).items():
        links = response.get("links") if isinstance(response, dict) else None
        for link in (links or {}).values():
            if not isinstance(link, dict):
                continue
            target = str(link.get("operationRef") or link.get("operationId") or "")
            body = link.get("requestBody")
            values = dict(link.get("parameters") or {})
            values |= (
                {f"body.{key}": v for key, v in body.items()} if isinstance(body, dict) else {}
            )
            for at, expression in values.items():
                if isinstance(expression, str) and (place := case_values.place_of(expression)):
                    said = {"source": operation.label, "status": str(status)}
                    found.setdefault(target, []).append(said | {"at": str(at), "place": place})
    return found


def reference(operation: Any) -> set[str]:
    """By what links name an operation."""
    path = operation.path.replace("~", "~0").replace("/", "~1")
    names = {f"#/paths/{path}/{operation.method.lower()}"}
    return names | ({named} if (named := operation.definition.raw.get("operationId")) else set())


def request_of(case: Any) -> dict[str, Any]:
    """What of a request is sent."""
    given = case.as_transport_kwargs(base_url="http://127.0.0.1")
    prepared = requests.Request(**{name: given[name] for name in WORDS if name in given}).prepare()
    kept = [(n, v) for n, v in prepared.headers.items() if n.lower() not in OF_THE_CLIENT]
    headers = [(n, v) for n, v in kept if not n.lower().startswith("x-schemathesis")]
    body: Any = prepared.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    for number, (name, value) in enumerate(headers):
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        kind, _, boundary = text.partition("boundary=")
        if boundary and name.lower() == "content-type":
            data = data.replace(boundary.strip('"').encode(), BOUNDARY.encode())
            text = f"{kind}boundary={BOUNDARY}"
        headers[number] = name, text
    return {
        "method": prepared.method,
        "target": prepared.path_url,
        "headers": headers,
        "body": base64.b64encode(data).decode(),
    }


def secured(schema: Any, operation: Any) -> bool:
    """Whether it takes a bearer token, by the document."""
    raw = schema.raw_schema
    required = operation.definition.raw.get("security", raw.get("security")) or []
    names = {name for each in required if isinstance(each, dict) for name in each}
    schemes = schema.security.security_definitions
    kinds = [schemes.get(name, {}) for name in names]
    return any(
        each.get("type") in {"oauth2", "openIdConnect"}
        or (each.get("type") == "http" and str(each.get("scheme", "")).lower() == "bearer")
        for each in kinds
    )


def _with_place(operation: Any, link: dict[str, str]) -> dict[str, str]:
    """A link whose parameter says where it is, as `path.id`."""
    at = link["at"]
    if "." in at and at.partition(".")[0] in {"path", "query", "header", "cookie", "body"}:
        return link
    located = {each.name: each.location.value for each in operation.iter_parameters()}
    return link | {"at": f"{located.get(at, 'query')}.{at}"}


def ordered(schema: Any) -> list[Any]:
    """The operations, what makes something before what takes it."""
    schema.analysis.inject_links()
    operations = []
    for result in schema.get_all_operations():
        if isinstance(result, Ok):
            operations.append(result.ok())
        else:
            say_why("", result.err())
    return [*chain.from_iterable(schema.get_operation_layers(operations))]


def links_to(operations: list[Any]) -> dict[str, list[dict[str, str]]]:
    """What each operation takes from responses."""
    by_name: dict[str, list[dict[str, str]]] = {}
    for operation in operations:
        for target, values in linked(operation).items():
            by_name.setdefault(target, []).extend(values)
    return {
        each.label: [
            _with_place(each, link)
            for name in sorted(reference(each))
            for link in by_name.get(name, [])
        ]
        for each in operations
    }


def say_cases(schema: Any, operation: Any, at: list[str], wanted: dict[str, Any]) -> None:
    users = not case_values.by_email(wanted["document"])
    for kind, case in cases(schema, operation, wanted["cases"], wanted["seed"]):
        marks: Any = {}
        if kind == "simple":
            case.query, case.body = (
                case_values.in_words(case.query),
                case_values.in_words(case.body),
            )
        if kind != "negative":
            case_values.with_credentials(case.body, users)
            case_values.with_values(case, wanted["values"])
            marks = case_values.marked(case, at)
        say("case", of=operation.label, kind=kind, marks=marks, **request_of(case))


def say_why(what: str, error: Any) -> None:
    say("skipped", skipped=f"{what}{(str(error).strip() or type(error).__name__).splitlines()[0]}")


def main() -> None:
    wanted = json.load(sys.stdin)
    warnings.simplefilter("ignore", HypothesisWarning)
    config = SchemathesisConfig.from_dict(CONFIG)
    try:
        schema = schemathesis.openapi.from_dict(wanted["document"], config=config)
        operations = ordered(schema)
    except schemathesis.errors.SchemathesisError as error:
        say_why("", error)
        return
    links = links_to(operations)
    for each in operations:
        said = {
            "path": each.full_path,
            "secured": secured(schema, each),
            "links": links[each.label],
        }
        say("operation", operation=each.label, **said)
    for each in operations:
        at = [link["at"] for link in links[each.label]]
        at += [f"path.{parameter.name}" for parameter in each.path_parameters]
        at = [place for place in at if place.partition(".")[2] not in wanted["values"]]
        try:
            say_cases(schema, each, at, wanted)
        except (schemathesis.errors.SchemathesisError, HypothesisException, ValueError) as error:
            say_why(f"{each.label}: ", error)


if __name__ == "__main__":
    main()
