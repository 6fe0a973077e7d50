"""What a reader should know of a run: a sentence on each thing that is masked, bound, or left."""

from collections.abc import Iterable, Iterator, Mapping

from starlette_conformance.http.event_stream import count_events
from starlette_conformance.http.normalize import LEFT
from starlette_conformance.model.expectations import WHOLE
from starlette_conformance.output.listed import listed
from starlette_conformance.userapp.bound_values import Binding
from starlette_conformance.userapp.follows import OF_THE_BODY
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import Repetitions
from starlette_conformance.userapp.send_in_order import Sent

FIRST = 4
"""Characters of a value that was recorded."""
SHOWN = 80
"""Characters of a value that a note has."""
LISTED = 5
"""Requests that a sentence names."""


def masked_places(found: Mapping[Step, Merged]) -> Iterator[str]:
    """What varies: by place, with the requests whose responses vary there."""
    merged = [each for each in found.values() if not each.problem]
    varying: dict[str, list[Step]] = {}
    for step, each in found.items():
        for place in each.varying:
            varying.setdefault(place, []).append(step)
    for place, steps in varying.items():
        usual = len(steps) == len(merged) > 1
        yield f"{'every response' if usual else ', '.join(map(str, steps))}: {place}"


def times_of_files(found: Mapping[Step, Merged]) -> Iterator[str]:
    """Which headers differ since a file with the same content has another time."""
    by_field: dict[str, list[str]] = {}
    for step, merged in found.items():
        if merged.before.response.body == merged.after.response.body and merged.follows:
            for difference in merged.every:
                if difference.where in merged.follows and difference.where != OF_THE_BODY:
                    by_field.setdefault(difference.where, []).append(str(step))
    for field, steps in by_field.items():
        yield (
            f"{listed(steps, LISTED)}: {field}, which follows from the time of a file: "
            "the content is the same"
        )


def bound(sent: Sent) -> Iterator[tuple[Step, Binding]]:
    """Which values of requests were those of responses, and not the recorded ones."""
    for step, request in sent.items():
        for binding in step.bindings:
            if binding.text.encode() not in request.data:
                yield step, binding


def bound_values(found: Iterable[tuple[Step, Binding]]) -> Iterator[str]:
    """The same in sentences, one for each value."""
    steps: dict[str, list[str]] = {}
    for step, binding in found:
        steps.setdefault(f"{_named(binding)} is {binding}", []).append(str(step))
    for sentence, those in steps.items():
        yield f"{listed(those, LISTED)}: {sentence}"


def _named(binding: Binding) -> str:
    """What was recorded may be a secret, and a report goes to whom a recording does not."""
    return f"{binding.text[:FIRST]}…" if binding.recorded else binding.text[:SHOWN]


def renamed_files(repetitions: Repetitions) -> Iterator[str]:
    """Which files of pages were requested by the names that each side's pages have for them."""
    for name, sent in (("OLD", repetitions.sent), ("NEW", repetitions.sent_to_new)):
        others = [
            f"{step.request.target} is {request.target}"
            for step, request in sent.items()
            if step.asset and request.target != step.request.target
        ]
        if others:
            yield (
                f"{len(others)} files were requested by the names that the pages of {name} have: "
                f"{listed(others, LISTED)}"
            )


def unbound_values(sent: Sent) -> Iterator[str]:
    """Which values that a file has from responses were not there on OLD."""
    for step, request in sent.items():
        for binding in step.bindings:
            if not binding.recorded and binding.text.encode() in request.data:
                yield f"{step}: sent as written, since OLD gave no {binding}"


def left_streams(found: Mapping[Step, Merged], seconds: float) -> Iterator[str]:
    """What was compared of each stream that did not end on either stack, or that was left."""
    for step, merged in found.items():
        before, after = merged.before.response, merged.after.response
        if step.manner.leaves_after is not None and before.ending != WHOLE:
            yield f"{step}: {before.ending}: what came until then is compared"
        if not merged.problem and before.ending in LEFT and after.ending in LEFT:
            events = count_events(before.body)
            first = "first event" if events == 1 else f"first {events} events"
            compared = f"its head and its {first} are" if events else "its head is"
            yield f"{step}: the stream was still open after {seconds:g} s: {compared} compared"
