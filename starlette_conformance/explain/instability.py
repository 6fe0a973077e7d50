"""What one stack does not respond to in the same way each time, put together by app and field."""

from collections import Counter
from collections.abc import Iterator, Mapping

from starlette_conformance.explain.differences import differences
from starlette_conformance.explain.excerpt import request_lines, response_lines
from starlette_conformance.explain.result import Differing, Unstable
from starlette_conformance.explain.severity import severity_of
from starlette_conformance.http.curl_commands import PORT, curl_command, serve_command
from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.repeat import Seen
from starlette_conformance.replay.wire_response import WireResponse


def unstable(environment: Environment, seen: Mapping[SentRequest, Seen]) -> list[Unstable]:
    """The requests whose responses are not all the same, the most frequent first."""
    totals: Counter[str] = Counter()
    for sent, responses in seen.items():
        totals[sent.variant] += responses.count
    members: dict[tuple[str, tuple[str, ...]], list[tuple[Differing, Counter[str]]]] = {}
    for sent, responses in seen.items():
        for example, counts in _odd_ones(environment, sent, responses):
            fields = tuple(dict.fromkeys(each.field for each in example.differences))
            members.setdefault((sent.variant, fields), []).append((example, counts))
    found = []
    for (app, _), those in members.items():
        counts = sum((each for _, each in those), Counter[str]())
        found.append(
            Unstable(
                environment.name,
                min((example for example, _ in those), key=lambda e: sum(map(len, e.request))),
                len({example.request for example, _ in those}),
                counts.total(),
                totals[app],
                tuple(counts.items()),
                severity_of("repetition"),
            )
        )
    return sorted(found, key=lambda each: -each.count)


def _odd_ones(
    environment: Environment, sent: SentRequest, seen: Seen
) -> Iterator[tuple[Differing, Counter[str]]]:
    """Each response that is not the usual one, beside that."""
    usual, *others = sorted(seen.responses, key=lambda response: -response[1].total())
    for other, counts in others:
        yield _rendered(environment, sent, usual[0], other), counts


def _rendered(
    environment: Environment, sent: SentRequest, usual: WireResponse, other: WireResponse
) -> Differing:
    found = differences(usual, other)
    fields = {difference.where for difference in found}
    return Differing(
        sent.variant,
        request_lines(sent.request),
        response_lines(usual, other, fields),
        response_lines(other, usual, fields),
        tuple(found),
        commands=(serve_command(sent.variant, environment), curl_command(sent.request.to(PORT))),
    )
