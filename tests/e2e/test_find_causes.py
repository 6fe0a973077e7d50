"""The causes of differences of made-up packages: which is named, since which release, and why not.

What stands for the app are the values of its packages.
"""

import tarfile
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.causes.candidates import Outcome, Outcomes
from starlette_conformance.causes.confirm import DEPENDS
from starlette_conformance.causes.find_causes import find_causes
from starlette_conformance.explain.cause import Cause, Causes, Culprit
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart
from starlette_conformance.model.stack import Stack
from starlette_conformance.process.launch import ENDED
from starlette_conformance.stacks.cache import SCRATCH, cache_folder
from starlette_conformance.stacks.provision import provision
from studies.made_wheels import index_variables, make_wheel

Show = Callable[[dict[str, Any]], Mapping[str, object]]


class Index:
    """A folder of wheels, and two stacks of what is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def release(self, name: str, version: str, value: object, *requires: str) -> None:
        """A module with a value; one that is None does not start."""
        text = f"VALUE = {value!r}\n" if value is not None else "raise ImportError('broken')\n"
        make_wheel(self.folder, name, version, {f"{name}.py": text}, requires)

    def releases(self, name: str, values: Mapping[str, object], *requires: str) -> None:
        for version, value in values.items():
            self.release(name, version, value, *requires)

    def stack(self, *requirements: str) -> Environment:
        return provision(Stack(",".join(requirements), requirements))

    def causes(self, old: Environment, new: Environment, show: Show, seconds: float = 60) -> Causes:
        """Of everything that `show` makes of the values of all packages, and that differs."""
        was, now = (show(values(each)) for each in (old, new))
        places = [("GET /", where) for where in {**was, **now} if was.get(where) != now.get(where)]

        def observe(environment: Environment, _: bool) -> Outcomes:
            seen = show(values(environment))
            outcomes: dict[Hashable, Outcome] = {}
            for place in places:
                value = seen.get(place[1])
                outcomes[place] = (
                    Outcome.OLD
                    if value == was.get(place[1])
                    else Outcome.NEW
                    if value == now.get(place[1])
                    else Outcome.OTHER
                )
            return outcomes

        return find_causes(old, new, places, observe, seconds)


def values(environment: Environment) -> dict[str, object]:
    """Of all packages of an environment, by name, as an app of it would import them."""
    (site,) = environment.interpreter.parent.parent.glob("lib/*/site-packages")
    found: dict[str, object] = {}
    for info in site.glob("*.dist-info"):
        name = info.name.partition("-")[0]
        read: dict[str, object] = {}
        try:
            exec((site / f"{name}.py").read_text(), read)
        except ImportError as error:
            raise DidNotStart(str(error)) from None
        found[name] = read["VALUE"]
    return found


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, value in index_variables(folder, tmp_path).items():
        monkeypatch.setenv(name, value)
    return Index(folder)


def told(cause: Cause) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """How, and each package with its release."""
    return [
        (each.how, [(culprit.package, culprit.first_release) for culprit in each.culprits])
        for each in cause.sufficient
    ]


def has_ended(pid: str) -> bool:
    """Whether a process is gone, but for its status."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except ENDED:
        return True
    return stat.rpartition(") ")[2][0] in "ZX"


def wait_for(it: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not it() and time.monotonic() < end:
        time.sleep(0.05)
    return it()


def culprits(found: Causes) -> list[Culprit]:
    sufficient = [each for cause in found.causes for each in cause.sufficient]
    return [culprit for each in sufficient for culprit in each.culprits]


def test_a_package_is_named_with_the_release_since_which_it_behaves_otherwise(index: Index) -> None:
    index.releases("guilty", {"1.0": 1, "1.1": 1, "1.2": 1, "1.3": 2, "1.4": 2, "1.5": 2})
    for name in ("ann", "bob", "cyd", "dan"):
        index.releases(name, {"1.0": 1, "2.0": 1})
    old = index.stack("guilty==1.0", "ann==1.0", "bob==1.0", "cyd==1.0", "dan==2.0")
    new = index.stack("guilty==1.5", "ann==2.0", "bob==2.0", "cyd==2.0", "dan==1.0")
    found = index.causes(old, new, lambda seen: {"body": seen["guilty"]})
    (cause,) = found.causes
    assert told(cause) == [("alone", [("guilty", "1.3")])]
    assert cause.proved
    assert cause.differences == (("GET /", "body"),)
    assert found.trials <= 12
    assert not list((cache_folder() / SCRATCH).iterdir())


def test_each_difference_has_its_own_cause_and_joint_ones_are_named_as_such(index: Index) -> None:
    for name in ("ann", "bob", "cyd", "dan", "eve"):
        index.releases(name, {"1.0": 1, "1.1": 2, "1.2": 2})
    names = ("ann", "bob", "cyd", "dan", "eve")
    old, new = (index.stack(*(f"{n}=={v}" for n in names)) for v in ("1.0", "1.2"))

    def show(seen: dict[str, object]) -> dict[str, object]:
        new = {name for name, value in seen.items() if value == 2}
        return {
            "both": {"ann", "bob"} <= new,
            "either": bool({"bob", "cyd"} & new),
            "parts": (seen["dan"], seen["eve"]),
        }

    found = index.causes(old, new, show)
    assert {cause.differences[0][1]: told(cause) for cause in found.causes} == {
        "both": [("together", [("ann", "1.1"), ("bob", "1.1")])],
        "either": [("alone", [("bob", "1.1")]), ("alone", [("cyd", "1.1")])],
        "parts": [("parts", [("dan", "1.1"), ("eve", "1.1")])],
    }
    assert all(cause.proved for cause in found.causes)


def test_packages_that_need_each_other_move_together_and_are_told_apart(index: Index) -> None:
    """As FastAPI and Starlette do: each release of one takes few releases of the other."""
    for minor in range(5):
        index.release("web", f"0.{minor}", 1, f"core>=0.{minor},<0.{minor + 1}")
        index.release("core", f"0.{minor}", 1 if minor < 3 else 2)
    old, new = index.stack("web==0.0"), index.stack("web==0.4")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["core"]}).causes
    assert told(cause) == [("alone", [("core", "0.3")])]
    assert cause.proved


def test_a_package_is_told_apart_from_the_many_that_its_releases_need(index: Index) -> None:
    """As FastAPI, Starlette and Pydantic do: `kind` is new, and needs another `base`; between the
    models of OLD and NEW one needs what neither of both has.
    """
    for number in range(5):
        requires = [f"core>=0.{number},<0.{number + 2}"]
        requires += ["model>=1.1", "kind"] if number > 1 else []
        index.release("web", f"0.{number}", number, *requires)
        index.release("core", f"0.{number}", number)
    for number, more in enumerate([(), ("zone",), ()]):
        index.release("model", f"1.{number}", number, *more, f"inner==1.{number}")
        index.release("inner", f"1.{number}", number)
    index.release("zone", "1.0", 1)
    index.releases("base", {"1.0": 1, "2.0": 2})
    index.release("kind", "1.0", 1, "base>=2")
    old = index.stack("web==0.0", "core==0.0", "model==1.0", "base==1.0")
    new = index.stack("web==0.4", "core==0.4", "model==1.2", "base==2.0")

    def show(seen: dict[str, Any]) -> dict[str, object]:
        if seen["model"] != seen["inner"] or seen["base"] < (2 if seen["web"] > 1 else 1):
            raise DidNotStart("they do not fit together")
        return {"web": seen["web"] > 2, "core": seen["core"] > 3}

    found = index.causes(old, new, show)
    assert {cause.differences[0][1]: told(cause) for cause in found.causes} == {
        "web": [("alone", [("web", "0.3")])],
        "core": [("alone", [("core", "0.4")])],
    }
    assert all(cause.proved for cause in found.causes)


def test_what_only_moves_along_with_one_of_two_causes_is_not_named(index: Index) -> None:
    for minor in range(3):
        index.release("web", f"0.{minor}", 1, f"core==0.{minor}")
        index.release("core", f"0.{minor}", 1 if minor < 2 else 2)
        index.release("other", f"0.{minor}", 1 if minor < 1 else 2)
    old, new = index.stack("web==0.0", "other==0.0"), index.stack("web==0.2", "other==0.2")
    show: Show = lambda seen: {"body": seen["core"] == seen["other"] == 2}  # noqa: E731
    (cause,) = index.causes(old, new, show).causes
    assert told(cause) == [("together", [("core", "0.2"), ("other", "0.1")])]
    assert cause.proved


def test_releases_that_do_not_start_are_skipped_and_said(index: Index) -> None:
    values = {"1.0": 1, "1.1": 1, "1.2": None, "1.3": None, "1.4": 2, "1.5": 2}
    index.releases("guilty", values)
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.5")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["guilty"]}).causes
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.first_release, culprit.untried) == ("1.4", ("1.2", "1.3"))


def test_a_release_that_did_not_start_is_tried_once_more_before_another_one_is_named(
    index: Index,
) -> None:
    index.releases("guilty", {"1.0": 1, "1.1": 1, "1.2": 2, "1.3": 3})
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.3")
    failed: list[object] = []

    def show(seen: dict[str, object]) -> dict[str, object]:
        if seen["guilty"] == 2 and not failed:
            failed.append(2)
            raise DidNotStart("the machine was busy")
        return {"body": seen["guilty"] != 1}

    (cause,) = index.causes(old, new, show).causes
    assert failed
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.first_release, culprit.untried) == ("1.2", ())


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2.1", ("2.0", "since the pre-release 2.0rc2")), ("2.0rc3", ("2.0rc2", "a pre-release"))],
)
def test_a_pre_release_is_named_as_such(index: Index, at: str, expected: tuple[str, str]) -> None:
    index.releases("guilty", {"1.0": 1, "2.0rc1": 1, "2.0rc2": 2, "2.0rc3": 2, "2.0": 2, "2.1": 2})
    old, new = index.stack("guilty==1.0"), index.stack(f"guilty=={at}")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["guilty"]}).causes
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.first_release, culprit.mark) == expected


def test_what_changes_twice_is_named_with_both_releases(index: Index) -> None:
    index.releases("guilty", {"1.0": 1, "1.1": 2, "1.2": 2, "1.3": 3, "1.4": 3})
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.4")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["guilty"]}).causes
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.first_release, culprit.later) == ("1.1", ("1.3",))


def test_what_depends_on_earlier_starts_has_no_cause(index: Index) -> None:
    """Each stack behaves by its packages when it is first tried, and otherwise afterwards."""
    index.releases("guilty", {"1.0": 1, "1.2": 2})
    index.releases("ann", {"1.0": 1, "1.2": 1})
    old, new = (index.stack(f"guilty=={each}", f"ann=={each}") for each in ("1.0", "1.2"))
    tried: Counter[object] = Counter()

    def show(seen: dict[str, object]) -> dict[str, object]:
        tried[seen["guilty"]] += 1
        return {"body": seen["guilty"] if tried[seen["guilty"]] <= 4 else "what was left"}

    (cause,) = index.causes(old, new, show).causes
    assert (cause.sufficient, cause.proved, cause.untold) == ((), False, DEPENDS)


def test_added_and_removed_packages_are_causes(index: Index) -> None:
    index.releases("ann", {"1.0": 1})
    index.releases("bob", {"1.0": 1})
    index.releases("cyd", {"1.0": 1, "2.0": 1})
    old, new = index.stack("ann==1.0", "cyd==1.0"), index.stack("bob==1.0", "cyd==2.0")
    show: Show = lambda seen: {"added": "bob" in seen, "removed": "ann" in seen}  # noqa: E731
    found = index.causes(old, new, show)
    assert {cause.differences[0][1]: told(cause) for cause in found.causes} == {
        "added": [("alone", [("bob", None)])],
        "removed": [("alone", [("ann", None)])],
    }


def test_a_package_that_was_changed_in_place_is_named(index: Index) -> None:
    index.releases("ann", {"1.0": 1, "2.0": 1})
    index.releases("guilty", {"1.0": 1})
    old, new = index.stack("ann==1.0", "guilty==1.0"), index.stack("ann==2.0", "guilty==1.0")
    (file,) = new.interpreter.parent.parent.glob("lib/*/site-packages/guilty.py")
    file.unlink()  # it is a link
    file.write_text("VALUE = 2\n")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["guilty"]}).causes
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.package, culprit.first_release) == ("guilty", None)
    assert culprit.unknown == "OLD and NEW have this version, with other files"
    assert cause.proved


def test_without_an_index_the_package_is_named_and_no_release(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.releases("guilty", {"1.0": 1, "1.1": 2, "1.2": 2})
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.2")
    monkeypatch.setenv("UV_NO_INDEX", "0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["guilty"]}).causes
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.package, culprit.first_release, cause.proved) == ("guilty", None, True)
    assert "127.0.0.1:9/simple did not list the releases of guilty" in culprit.unknown


def test_a_release_that_the_index_lacks_or_that_cannot_be_built_is_skipped(index: Index) -> None:
    index.releases("guilty", {"1.0": 1, "1.2": 2, "1.3": 2})
    (index.folder / "guilty-1.1.tar.gz").write_bytes(b"no archive")
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.3")
    (cause,) = index.causes(old, new, lambda seen: {"body": seen["guilty"]}).causes
    (culprit,) = cause.sufficient[0].culprits
    assert (culprit.first_release, culprit.untried) == ("1.2", ("1.1",))


def test_a_release_that_takes_long_to_build_ends_with_the_time_for_causes(index: Index) -> None:
    """Its build would take ten minutes; what could not be told is said, and the build ends."""
    pid = index.folder / "pid"
    index.releases("guilty", {"1.0": 1, "1.2": 2})
    files = {
        "pyproject.toml": "[build-system]\nrequires = []\n"
        'build-backend = "slow"\nbackend-path = ["."]\n',
        "slow.py": f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(600)\n",
        "PKG-INFO": "Metadata-Version: 2.1\nName: guilty\nVersion: 1.1\n",
    }
    with tarfile.open(index.folder / "guilty-1.1.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"guilty-1.1/{name}")
            member.size = len(text)
            archive.addfile(member, BytesIO(text.encode()))
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.2")
    found = index.causes(old, new, lambda seen: {"body": seen["guilty"]}, seconds=6)
    assert found.seconds < 100
    assert all(one.first_release is None for one in culprits(found))
    assert not pid.exists() or wait_for(lambda: has_ended(pid.read_text()))


def test_the_same_packages_have_no_cause(index: Index) -> None:
    index.releases("ann", {"1.0": 1})
    old = index.stack("ann==1.0")
    found = find_causes(old, replace(old), [("GET /", "body")], lambda *_: {}, 10)
    assert [cause.untold for cause in found.causes] == [
        "OLD and NEW have the same packages, with the same files"
    ]


def test_what_could_not_be_told_in_time_is_said(index: Index) -> None:
    index.releases("guilty", {"1.0": 1, "1.2": 2})
    old, new = index.stack("guilty==1.0"), index.stack("guilty==1.2")
    found = index.causes(old, new, lambda seen: {"body": seen["guilty"]}, seconds=0)
    assert [(told(cause), cause.untold) for cause in found.causes] == [
        ([], "no time was left for more trials (--cause-seconds)")
    ]
