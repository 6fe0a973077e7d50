"""Headers whose difference says nothing that is not known: they follow from a body, or a file."""

import re
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime

from starlette_conformance.model.expectations import ABSENT, Response

TAG = re.compile(r'(?P<weak>W/)?(?P<quote>"?)(?P<tag>[\w+/=.:-]*)(?P=quote)')
OF_THE_BODY = "header content-length"


def of_the_body(old: Sequence[Response], new: Sequence[Response]) -> Iterator[str]:
    """OF_THE_BODY, where it is the length of each body."""
    every = (*old, *new)
    if all(each.headers.get("content-length") == str(len(each.body)) for each in every):
        yield OF_THE_BODY


def of_a_file(old: Sequence[Response], new: Sequence[Response]) -> Iterator[str]:
    """Validators, if they have the same form: those of a file are made of its time, which is that
    of the installation, and others of a body, which is compared.
    """
    every = (*old, *new)
    named = all("last-modified" in each.headers for each in every)
    if not all(each.body for each in every) and not named:
        return
    tags = [_form(each.headers.get("etag", ABSENT)) for each in every]
    if None not in tags and len({*tags}) == 1:
        yield "header etag"
    if all(_is_date(each.headers.get("last-modified", ABSENT)) for each in every):
        yield "header last-modified"


def _form(value: object) -> tuple[object, ...] | None:
    """What two tags of one maker have in common."""
    found = TAG.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    parts = re.split(r"(\W+)", found["tag"])
    return (found["weak"], found["quote"], *map(len, parts))


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(parsedate_to_datetime(value))
    except ValueError:
        return False
