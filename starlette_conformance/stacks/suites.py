"""Which suite of specs judges which stacks. By stack the suite of its axis is given, or None where
it is on no axis.
"""

from collections.abc import Collection, Mapping

from starlette_conformance.stacks.catalogue import Catalogue

Axes = Mapping[str, str | None]


def judged_by(suite: str, known: Catalogue, stacks: Axes, also: Collection[str] = ()) -> list[str]:
    """The stacks of its axes, and those of none; of suites that are apart only `also` judge these,
    or where the stack names them.
    """
    is_apart = suite in known.apart and suite not in also
    judge = {suite} if is_apart else {suite, None}
    naming = {name for name, others in known.also.items() if suite in others}
    return [name for name, own in stacks.items() if own in judge or name in naming]


def not_run(
    known: Catalogue, stacks: Axes, also: Collection[str] = (), option: str = "--also NAME"
) -> list[str]:
    """A line on the suites that are apart, and judge nothing, where a stack is on no axis; `option`
    has them run.
    """
    aside = [each for each in sorted(known.apart) if not judged_by(each, known, stacks, also)]
    if not aside or None not in stacks.values():
        return []
    return [f"not run: the suites {', '.join(aside)}; `{option}` runs one"]
