"""Named changes of the ledger that make a difference of any app, at the release that is its cause.

An effect is written for the reference apps. Where it turns what OLD responds into what NEW
responds, in the field that differs, the change is what is behind a difference of another app, too.
"""

from contextlib import suppress
from dataclasses import replace

from starlette_conformance.explain.cause import Culprit, NamedChange
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, fields_of
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.versions import version
from starlette_conformance.stacks.project import ledger


def known_changes(
    culprit: Culprit,
    request: Request,
    before: Response,
    after: Response,
    field: str,
    newer: Environment,
) -> tuple[NamedChange, ...]:
    """Those at the first release of a package that make a field differ."""
    found = {}
    for name, change in ledger().changes.items():
        if _is_at(culprit, change) and any(
            _makes(effect, request, before, after, field, newer)
            for effect in ledger().effects
            if effect.change == change
        ):
            found[name] = NamedChange(name, change.sentence, change.link)
    return tuple(found.values())


def _is_at(culprit: Culprit, change: Change) -> bool:
    if not culprit.first_release or change.package != culprit.package:
        return False
    return version(change.first) == version(culprit.first_release)


def _makes(
    effect: Effect,
    request: Request,
    before: Response,
    after: Response,
    field: str,
    newer: Environment,
) -> bool:
    was, now = (fields_of(each).get(field, ABSENT) for each in (before, after))
    for app in effect.apps:
        asked = replace(request, app=app)
        with suppress(Exception):  # it knows what the reference apps respond, and nothing else
            if not effect.as_if and effect.when(asked, before):
                made = fields_of(effect.rewrite(asked, before, newer)).get(field, ABSENT)
                if made == now != was:
                    return True
    return False
