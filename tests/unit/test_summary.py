"""The sum of run files, and which changes it leaves without proof."""

from collections import Counter
from pathlib import Path

import pytest

from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.catalogue import load
from starlette_conformance.stacks.project import ledger


def environment(release: str, python: str = "3.11.7") -> Environment:
    return Environment(f"starlette-{release}", Path("python"), python, {"starlette": release})


def written(folder: Path, release: str, *verdicts: str, ends: bool = True) -> Path:
    run = Run(folder, f"starlette-{release}")
    run.begin(environment(release))
    for number, verdict in enumerate(verdicts):
        run.verdict("spec", "hello", verdict, "", {"CHANGE": True}, 0.5, browser=number == 1)
    run.end()
    if not ends:
        *lines, _ = run.path.read_text("utf-8").splitlines(keepends=True)
        run.path.write_text("".join(lines), "utf-8")
    return run.path


def test_it_adds_up_the_runs_of_several_stacks(tmp_path: Path) -> None:
    paths = [
        written(tmp_path, "0.33.0", "pass", "pass"),
        written(tmp_path, "0.34.0", "pass", "fail", "pass"),
    ]
    summary = Summary.of(paths)
    assert summary.tally == {
        ("starlette-0.33.0", "hello"): Counter({"pass": 2}),
        ("starlette-0.34.0", "hello"): Counter({"pass": 2, "fail": 1}),
    }
    assert summary.seconds == {"starlette-0.33.0": 0.5, "starlette-0.34.0": 1.0}
    assert summary.verdicts == {"pass": 4, "fail": 1}
    assert summary.asserted == {"CHANGE": {"starlette-0.33.0", "starlette-0.34.0"}}
    assert summary.unfinished == set()


@pytest.mark.parametrize(
    ("verdicts", "ends", "passed"),
    [
        (["pass", "pass"], True, True),
        (["pass", "fail"], True, False),
        (["pass", "did not start"], True, False),
        (["pass", "pass"], False, False),
        ([], True, False),
    ],
)
def test_it_passed_only_when_all_did_to_the_end(
    tmp_path: Path, verdicts: list[str], ends: bool, passed: bool
) -> None:
    assert Summary.of([written(tmp_path, "1.0.0", *verdicts, ends=ends)]).passed == passed


@pytest.mark.parametrize(
    ("verdicts", "ends", "code"),
    [
        (["pass"], True, 0),
        (["pass", "fail", "harness error", "did not start"], True, 1),
        (["pass", "harness error", "not installable"], True, 4),
        (["not installable", "not installable"], True, 3),
        (["did not start"], True, 3),
        (["pass", "did not start"], True, 3),
        (["pass"], False, 3),
        ([], True, 3),
    ],
)
def test_what_rests_on_nothing_is_no_success_and_no_finding(
    tmp_path: Path, verdicts: list[str], ends: bool, code: int
) -> None:
    summary = Summary.of([written(tmp_path, "1.0.0", *verdicts, ends=ends)])
    assert summary.exit_code({"starlette-1.0.0"}) == code
    assert summary.judged == ({"starlette-1.0.0"} if {*verdicts} & {"pass", "fail"} else set())


def test_a_stack_that_was_asked_for_and_not_judged_is_no_success(tmp_path: Path) -> None:
    summary = Summary.of([written(tmp_path, "1.0.0", "pass")])
    assert summary.exit_code({"starlette-1.0.0", "starlette-1.1.0"}) == 3
    assert summary.exit_code({"starlette-1.0.0"}, ["CHANGE is not proven"]) == 1


def test_a_stack_without_packages_has_no_environment(tmp_path: Path) -> None:
    run = Run(tmp_path, "starlette==9")
    run.begin(None)
    run.verdict("spec", "hello", "not installable", "no such release", {}, 0.1)
    run.end()
    summary = Summary.of([run.path])
    assert summary.environments == {}
    assert summary.stacks == {"starlette==9"}


def test_a_run_of_some_specs_proves_nothing_of_changes(tmp_path: Path) -> None:
    run = Run(tmp_path, "starlette-1.0.0")
    run.begin(environment("1.0.0"), complete=False)
    run.verdict("spec", "hello", "pass", "", {}, 0.1)
    run.end()
    summary = Summary.of([run.path])
    assert summary.passed
    assert not summary.complete


STACKS = """
exclude-newer = "2026-01-01T00:00:00Z"
[stacks]
latest = { dated = false }
[needs]
[axes.starlette]
suite = ""
vary = { starlette = ["1.0.0", "1.1.0"] }
[axes.uvicorn]
suite = "edge"
vary = { uvicorn = ["0.1.0", "0.2.0"], parser = ["h11", "httptools"] }
"""
ON_UVICORN = {
    "uvicorn-0.1.0-h11": "0.1.0",
    "uvicorn-0.1.0-httptools": "0.1.0",
    "uvicorn-0.2.0-h11": "0.2.0",
    "uvicorn-0.2.0-httptools": "0.2.0",
}


def passed(stacks: dict[str, str], asserted: dict[str, list[str]]) -> Summary:
    """Each stack passed, and asserted the changes that list it."""
    return Summary(
        {(stack, "hello"): Counter({"pass": 1}) for stack in stacks},
        environments={
            stack: Environment(
                stack, Path("python"), "3.11.7", {"starlette": "1.1.0", "uvicorn": uvicorn}
            )
            for stack, uvicorn in stacks.items()
        },
        asserted={name: set(those) for name, those in asserted.items()},
    )


def said_of(
    folder: Path, stacks: dict[str, str], asserted: dict[str, list[str]], *changes: Change
) -> list[str]:
    """What is said of changes, where each stack passed and asserted those that list it."""
    (folder / "stacks.toml").write_text(STACKS, "utf-8")
    summary = passed(stacks, asserted)
    named = {change.sentence: change for change in changes}
    return summary.unproven(named, load(folder / "stacks.toml"))


def change(package: str, first: str) -> Change:
    return Change(package, first, "fix", f"{package} {first}", "https://example.org")


def test_a_whole_axis_proves_the_changes_of_its_package(tmp_path: Path) -> None:
    changes = (change("uvicorn", "0.2.0"), change("starlette", "1.1.0"))
    both = ["uvicorn-0.1.0-h11", "uvicorn-0.2.0-httptools"]
    assert said_of(tmp_path, ON_UVICORN, {"uvicorn 0.2.0": both}, *changes) == []
    assert said_of(tmp_path, ON_UVICORN, {"uvicorn 0.2.0": both[:1]}, *changes) == [
        "uvicorn 0.2.0: no spec asserts it on uvicorn 0.2.0"
    ]
    wrong = change("uvicorn", "0.3.0")
    assert said_of(tmp_path, ON_UVICORN, {"uvicorn 0.3.0": both}, wrong) == [
        "uvicorn 0.3.0: no two stacks differ by it"
    ]


def test_a_part_of_an_axis_proves_nothing(tmp_path: Path) -> None:
    part = dict(list(ON_UVICORN.items())[:-1])
    assert said_of(tmp_path, part, {"uvicorn 0.2.0": [*part][:1]}, change("uvicorn", "0.2.0")) == []


def test_a_suite_of_an_axis_leaves_to_others_what_it_asserts_nowhere(tmp_path: Path) -> None:
    assert said_of(tmp_path, ON_UVICORN, {}, change("uvicorn", "0.2.0")) == []
    starlette = {"starlette-1.0.0": "0.2.0", "starlette-1.1.0": "0.2.0"}
    assert said_of(tmp_path, starlette, {}, change("starlette", "1.1.0")) == [
        "starlette 1.1.0: no two stacks differ by it"
    ]


def test_all_proves_what_its_stacks_tell_apart(tmp_path: Path) -> None:
    stacks = {"latest": "0.2.0", "uvicorn-0.1.0-h11": "0.1.0"}
    changes = (change("uvicorn", "0.2.0"), change("uvicorn", "0.3.0"), change("starlette", "1.1.0"))
    assert said_of(tmp_path, stacks, {}, *changes) == [
        "uvicorn 0.2.0: no spec asserts it on uvicorn 0.1.0",
        "uvicorn 0.2.0: no spec asserts it on uvicorn 0.2.0",
    ]


def test_a_stack_of_another_suite_than_asserts_a_change_lies_next_to_no_boundary(
    tmp_path: Path,
) -> None:
    stacks = {"latest": "0.3.0", "starlette-1.0.0": "0.2.0", "uvicorn-0.1.0-h11": "0.1.0"}
    came = change("uvicorn", "0.3.0")
    asserted = {"uvicorn 0.3.0": ["latest", "uvicorn-0.1.0-h11"]}
    assert said_of(tmp_path, stacks, asserted, came) == []
    asserted["uvicorn 0.3.0"].remove("latest")
    assert said_of(tmp_path, stacks, asserted, came) == [
        "uvicorn 0.3.0: no spec asserts it on uvicorn 0.3.0"
    ]


def test_a_change_is_seen_where_stacks_of_both_sides_asserted_it() -> None:
    changes = {"A": change("uvicorn", "0.2.0"), "B": change("uvicorn", "0.2.0")}
    both = ["uvicorn-0.1.0-h11", "uvicorn-0.2.0-h11"]
    assert passed(ON_UVICORN, {"A": both, "B": both[:1]}).seen(changes) == {"A": changes["A"]}
    assert passed(ON_UVICORN, {}).seen(changes) == {}


APART = """
[axes.leaks]
suite = "leaks"
apart = true
vary = { uvicorn = ["0.1.0", "0.2.0"] }
[axes.others]
suite = "others"
apart = true
vary = { uvicorn = ["0.1.0", "0.2.0"], wsproto = ["1.3.2"] }
"""


@pytest.mark.parametrize(
    ("asserting", "message"),
    [
        (["uvicorn-0.1.0", "uvicorn-0.2.0"], []),
        (["uvicorn-0.2.0"], ["LEAK: no spec asserts it on uvicorn 0.1.0"]),
        ([], [f"LEAK: no spec asserts it on uvicorn 0.{n}.0" for n in (1, 2)]),
    ],
)
def test_a_probed_change_is_left_to_suites_that_are_apart(
    tmp_path: Path, asserting: list[str], message: list[str]
) -> None:
    (tmp_path / "stacks.toml").write_text(STACKS + APART)
    known = load(tmp_path / "stacks.toml")
    leak = Change("uvicorn", "0.2.0", "fix", "It is freed.", "https://x")
    stacks = ON_UVICORN | {"uvicorn-0.1.0": "0.1.0", "uvicorn-0.2.0": "0.2.0"}
    summary, probed = passed(stacks, {"LEAK": asserting}), {leak: ["leaks"]}
    assert summary.unproven({"LEAK": leak}, known, probed) == message
    usual = passed(ON_UVICORN, {})
    assert usual.unproven({"LEAK": leak}, known, probed) == []
    others = passed({f"uvicorn-{v}-wsproto-1.3.2": v for v in ("0.1.0", "0.2.0")}, {})
    assert others.unproven({"LEAK": leak}, known, probed) == []


def test_a_change_that_only_suites_apart_assert_is_left_to_them(tmp_path: Path) -> None:
    (tmp_path / "stacks.toml").write_text(STACKS + APART)
    known = load(tmp_path / "stacks.toml")
    change = Change("uvicorn", "0.2.0", "fix", "It is freed.", "https://x")
    came, probed = {"CAME": change}, {change: ["others"]}
    names = {f"uvicorn-{v}-wsproto-1.3.2": v for v in ("0.1.0", "0.2.0")}
    assert passed(names, {"CAME": list(names)}).unproven(came, known, probed) == []
    (last,) = passed(names, {"CAME": list(names)[1:]}).unproven(came, known, probed)
    assert last == "CAME: no spec asserts it on uvicorn 0.1.0"


def test_an_axis_that_is_apart_proves_the_changes_of_its_package(tmp_path: Path) -> None:
    (tmp_path / "stacks.toml").write_text(STACKS.replace('"edge"', '"edge"\napart = true'))
    known = load(tmp_path / "stacks.toml")
    came = {"CAME": Change("uvicorn", "0.2.0", "fix", "It is freed.", "https://x")}
    assert passed(ON_UVICORN, {"CAME": list(ON_UVICORN)}).unproven(came, known) == []
    (last,) = passed(ON_UVICORN, {"CAME": list(ON_UVICORN)[2:]}).unproven(came, known)
    assert last == "CAME: no spec asserts it on uvicorn 0.1.0"


def test_what_only_scenarios_of_another_axis_play_is_left_to_them(tmp_path: Path) -> None:
    toml = (
        STACKS.replace('"edge"', '""')
        + '[axes.signals]\nsuite = "shutdown"\nvary = {starlette = ["0.9.0"]}\n'
    )
    (tmp_path / "stacks.toml").write_text(toml)
    known = load(tmp_path / "stacks.toml")
    came = Change("uvicorn", "0.2.0", "fix", "It is freed.", "https://x")
    said = [f"CAME: no spec asserts it on uvicorn 0.{number}.0" for number in (1, 2)]
    usual = passed(ON_UVICORN, {})
    for suites, message in (["shutdown"], []), (["shutdown", "every_app"], said):
        assert usual.unproven({"CAME": came}, known, {}, {came: suites}) == message
    half = passed(ON_UVICORN, {"CAME": ["uvicorn-0.1.0-h11"]})
    assert half.unproven({"CAME": came}, known, {}, {came: ["shutdown"]}) == said[1:]


def test_what_only_stacks_with_a_library_show_is_probed_though_it_has_an_effect() -> None:
    probed = {name for name, each in ledger().changes.items() if each in ledger().probed}
    assert {"HANDSHAKES_NAME_NO_SERVER", "CLOSED_CONNECTIONS_LET_GO"} <= probed
    assert not {"LOGGED_ONCE", "ALLOW_ON_405"} & probed
