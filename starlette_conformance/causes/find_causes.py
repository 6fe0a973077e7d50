"""The causes of differences between OLD and NEW: which packages, and which releases of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from starlette_conformance.causes import search
from starlette_conformance.causes.candidates import OutOfTime, Space
from starlette_conformance.causes.confirm import confirmed
from starlette_conformance.causes.distributions import installed
from starlette_conformance.causes.first_release import FirstReleases
from starlette_conformance.causes.guesses import with_guesses
from starlette_conformance.causes.moves import APP, PYTHON, PackageMoves
from starlette_conformance.causes.trials import Base, Observe, Trials, keep_bytecode
from starlette_conformance.explain.cause import Cause, Causes, Culprit, NamedChange, Sufficient
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.stacks.tempdirs import scratch

PYPI = "https://pypi.org/project/"

Place = tuple[str, str]
"""A request, and where in its response there is a difference."""
NO_VALUES: Mapping[Place, tuple[str, str]] = {}
Known = Callable[[Culprit, Place], tuple[NamedChange, ...]]
"""The named changes at the first release of a package which make a difference."""


def find_causes(
    older: Environment,
    newer: Environment,
    differences: Sequence[Place],
    observe: Observe,
    seconds: float,
    known: Known = lambda *_: (),
    values: Mapping[Place, tuple[str, str]] = NO_VALUES,
    another_app: bool = False,
    steady: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Causes:
    """Try what lies between both, for so many seconds. `values` are what guesses go by, before and
    after. `another_app` says that the app, or its variables, are others on NEW; `steady` that no
    start leaves anything to the next.
    """
    began = time.monotonic()
    deadline = began + seconds
    beside = frozenset([*([APP] if another_app else []), *_python(older, newer)])
    try:
        old, new = (installed(each.interpreter, each.name) for each in (older, newer))
        moves = PackageMoves(old, new, beside)
        if not moves.names:
            raise Failure("OLD and NEW have the same packages, with the same files")
        with scratch() as folder:
            keep_bytecode(moves, folder / "bytecode")
            bases = (
                Base.of(older, moves.tag(False), folder / "old", deadline),
                Base.of(newer, moves.tag(True), folder / "new", deadline),
            )
            trials = Trials(bases, moves, observe, deadline, folder / "bytecode", advance)
            causes = _causes(trials, differences, known, steady)
        causes = tuple(
            with_guesses(each, values) if time.monotonic() < deadline else each for each in causes
        )
    except (Failure, OSError) as error:  # a full disk costs the causes, not the comparison
        return Causes((Cause(tuple(differences), untold=str(error)),))
    return Causes(causes, trials.made, time.monotonic() - began)


def _causes(
    trials: Trials, differences: Sequence[Place], known: Known, steady: bool
) -> tuple[Cause, ...]:
    """What trials show to be behind the differences, put together by cause."""
    moves = trials.moves
    space = Space(moves.names, moves.closed, moves.closed_back, trials.run)
    explanations = search.Search(space).explanations(differences)
    if not steady:
        explanations = confirmed(explanations, space, trials.anew)
    first = FirstReleases(moves, trials, trials.bases[0].releases)
    found: dict[tuple[tuple[Sufficient, ...], bool, str], list[Place]] = {}
    for place in differences:
        each = explanations[place]
        sufficient = tuple(_sufficient(first, one, place, known) for one in each.sufficient)
        found.setdefault((sufficient, each.proved, each.untold), []).append(place)
    return tuple(Cause(tuple(places), *key) for key, places in found.items())


def _python(older: Environment, newer: Environment) -> list[str]:
    """The move of Python, where its minor version is another one."""
    versions = [each.python.rpartition(".")[0] for each in (older, newer)]
    return [PYTHON] if versions[0] != versions[1] else []


def _sufficient(
    first: FirstReleases, found: search.Sufficient, place: Place, known: Known
) -> Sufficient:
    """Moves with their releases, as far as there is time."""
    try:
        culprits = first.culprits(found, place)
    except (OutOfTime, Failure) as error:
        culprits = tuple(
            Culprit(name, *first.versions(name), unknown=str(error)) for name in sorted(found.moves)
        )
    how = "alone" if len(culprits) == 1 else found.how
    return Sufficient(tuple(_with_links(each, place, known) for each in culprits), how)


def _with_links(culprit: Culprit, place: Place, known: Known) -> Culprit:
    """With the page of the release, and the named changes that it is known for."""
    first = culprit.first_release
    if not first:
        return culprit
    changes = known(culprit, place)
    page = f"{PYPI}{culprit.package}/{first}/"
    return replace(culprit, changes=changes, links=(page, *(each.link for each in changes)))
