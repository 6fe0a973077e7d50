"""What the specs know and hand to the engine, by `specs/ledger/registration.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_in
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.site import Content


@dataclass(frozen=True)
class Ledger:
    """The named changes by name, and their effects.

    `unseen` are the changes without an effect, by why no request shows them. `sites` are working
    directories of `static_files` by name. `slow` are variants of apps that take seconds to respond,
    each with the changes that it shows: without one of these, nothing is sent to it.
    `suites` are the scenarios that specs play, by the folder of the specs.
    """

    changes: Mapping[str, Change]
    effects: Sequence[Effect]
    unseen: Mapping[str, Sequence[Change]]
    sites: Mapping[str, Mapping[str, Content]]
    slow: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    suites: Mapping[str, Sequence[Scenario]] = field(default_factory=dict)

    @cached_property
    def scenarios(self) -> Sequence[Scenario]:
        return [scenario for those in self.suites.values() for scenario in those]

    def suites_of(self, change: Change) -> list[str]:
        """Those of which a scenario shows it."""
        return [suite for suite, changes in self._shown.items() if change in changes]

    @cached_property
    def _shown(self) -> Mapping[str, set[Change]]:
        """The changes that scenarios show, by suite."""
        return {suite: _shown_by(scenarios) for suite, scenarios in self.suites.items()}

    @cached_property
    def probed(self) -> Mapping[Change, Sequence[str]]:
        """Those that nothing shows but scenarios that are probes, or need what few stacks have,
        with their suites.

        What is so by a package's presence may have an effect, which no other stack shows.
        """
        apart = [each for each in self.scenarios if each.is_apart]
        usual = [each for each in self.scenarios if not each.is_apart]
        by_presence = _shown_by(self.scenarios) - _shown_by(self.scenarios, plain=True)
        effects = {effect.change for effect in self.effects}
        found = by_presence | (_shown_by(apart) - effects - _shown_by(usual))
        return {change: self.suites_of(change) for change in found}

    @cached_property
    def played(self) -> Mapping[Change, Sequence[str]]:
        """Those that no request shows, by the suites whose scenarios do."""
        sent = {effect.change for effect in self.effects}
        found = ((change, self.suites_of(change)) for change in self.changes.values())
        return {change: suites for change, suites in found if suites and change not in sent}

    @cached_property
    def names(self) -> Mapping[Change, str]:
        """The name of each change."""
        return {change: name for name, change in self.changes.items()}


def _shown_by(scenarios: Iterable[Scenario], plain: bool = False) -> set[Change]:
    return {each for s in scenarios for each in changes_in(s.expected, plain)}
