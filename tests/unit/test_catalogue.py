"""Stacks: the file that names them, and what `--stack` takes."""

from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.stack import Stack
from starlette_conformance.pytest_plugin.session import Judging
from starlette_conformance.stacks.catalogue import load
from starlette_conformance.stacks.suites import not_run

ROOT = Path(__file__).parent.parent.parent

GOOD = """
exclude-newer = "2026-11-20T00:00:00Z"
[stacks]
latest = { dated = false, parser = "httptools", loop = "uvloop" }
h11 = { requirements = ["uvicorn==0.34.0", "SSE_Starlette<3"], parser = "h11", loop = "asyncio" }
[axes.starlette]
suite = "apps"
vary.starlette = ["0.13.8"]
[needs]
"starlette<0.15" = ["aiofiles"]
"""
NEEDS = (("starlette<0.15", ("aiofiles",)),)
DATE = "2026-11-20T00:00:00Z"


def test_a_suite_that_is_apart_and_judges_nothing_is_named() -> None:
    known = load(ROOT / "specs" / "stacks.toml")
    aside = not_run(known, {"documented": None})
    assert aside == [
        "not run: the suites features, gunicorn, resilience, websockets; `--also NAME` runs one"
    ]
    assert not_run(known, {"documented": None}, ["features", "gunicorn", "resilience"]) == [
        "not run: the suites websockets; `--also NAME` runs one"
    ]
    assert "features" not in not_run(known, {"latest": None})[0]
    assert not_run(known, {"starlette-1.10.0": ""}) == []


def written(folder: Path, text: str) -> Path:
    path = folder / "stacks.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_gives_its_stacks_in_order(tmp_path: Path) -> None:
    catalogue = load(written(tmp_path, GOOD))
    assert list(catalogue.stacks.values()) == [
        Stack(
            "latest",
            ("httptools", "uvloop", "starlette", "sse-starlette", "uvicorn"),
            None,
            NEEDS,
        ),
        Stack("h11", ("uvicorn==0.34.0", "SSE_Starlette<3", "starlette"), DATE, NEEDS),
        Stack(
            "starlette-0.13.8",
            ("starlette==0.13.8", "sse-starlette", "uvicorn"),
            DATE,
            NEEDS,
            axis="starlette",
            suite="apps",
        ),
    ]


def test_a_stack_tells_its_parser_and_loop(tmp_path: Path) -> None:
    stacks = load(written(tmp_path, GOOD)).stacks
    assert [(stack.parser, stack.loop) for stack in stacks.values()] == [
        ("httptools", "uvloop"),
        ("h11", "asyncio"),
        ("h11", "asyncio"),
    ]


def test_the_stacks_of_the_project_can_be_loaded() -> None:
    stacks = load(ROOT / "specs" / "stacks.toml").stacks
    assert {"documented", "latest"} <= set(stacks)
    assert "starlette==0.46.1" in stacks["documented"].requirements
    assert stacks["documented"].exclude_newer
    assert stacks["latest"].exclude_newer is None


def test_a_suite_that_is_apart_judges_its_axes_and_stacks_that_name_it(tmp_path: Path) -> None:
    resilient = "starlette-0.20.4-uvicorn-0.54.0-h11-0.16.0"
    names = ("latest", "documented", "uvicorn-0.54.0-h11", resilient)
    stacks = load(ROOT / "specs" / "stacks.toml").stacks
    judging = Judging({name: stacks[name] for name in names}, tmp_path)
    judged = {
        suite: judging.judged_by(ROOT / "specs" / suite)
        for suite in ("gunicorn", "websockets", "resilience", "edge", "hello")
    }
    assert judged == {
        "gunicorn": [],
        "websockets": [],
        "resilience": ["latest", resilient],
        "edge": ["latest", "documented", "uvicorn-0.54.0-h11"],
        "hello": ["latest", "documented"],
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'exclude-newer = "2026-11-20T00:00:00Z"',
            "",
            "required field exclude-newer",
        ),
        ("[stacks]", "[other]", "stacks.toml: object missing required field stacks"),
        ("[needs]", "[other]", "stacks.toml: object missing required field needs"),
        ("[axes.starlette]", "[axis.starlette]", "stacks.toml: object missing required field axes"),
        (
            "vary.starlette",
            "starlette",
            "axis 'starlette': object contains unknown field ",
        ),
        ('suite = "apps"', "", "axis 'starlette': object missing required field suite"),
        ("[stacks]", "[stacks", "stacks.toml: not TOML: "),
        (
            "dated = false",
            'dated = false, also = ["nowhere"]',
            "also has nowhere, and no axis of that suite is apart",
        ),
        (
            "dated = false",
            "date = 1",
            "stacks.toml: stack 'latest': object contains unknown field",
        ),
        ('"httptools"', '"llhttp"', "stack 'latest': 'llhttp' is none of h11, httptools"),
        ('"uvloop"', '"trio"', "stack 'latest': 'trio' is none of asyncio, uvloop"),
        ("SSE_Starlette<3", "not a requirement", "stacks.toml: stack 'h11': expected "),
        (
            '["0.13.8"]',
            "13",
            "axis 'starlette': field vary[...]: expected array, got int",
        ),
        ('[needs]\n"starlette<0.15"', "needs", "stacks.toml: "),
        ('"starlette<0.15" =', '"<0.15" =', "stacks.toml: "),
        ('"0.13.8"', '"x y"', "stacks.toml: axis 'starlette': "),
        ('vary.starlette = ["0.13.8"]', "vary = {}", "axis 'starlette': vary is empty"),
        ("h11 = {", "h11 = 7\nother = {", "stacks.toml: stack 'h11': expected object, got int"),
        ("[stacks]", "\0[stacks]", "stacks.toml: not TOML: "),
        ("[stacks]", f"x = {'[' * 5000}\n[stacks]", "stacks.toml: not TOML that can be read: "),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, GOOD.replace(old, new)))
    assert message in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml: No such file"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("wanted", "requirements"),
    [
        ("starlette==0.46.1", ("starlette==0.46.1", "sse-starlette", "uvicorn")),
        (
            "starlette==0.46.1,uvicorn==0.34.0",
            ("starlette==0.46.1", "uvicorn==0.34.0", "sse-starlette"),
        ),
        (
            "starlette>=0.39,<0.50,!=0.40.0,uvicorn[standard]>=0.30",
            ("starlette!=0.40.0,<0.50,>=0.39", "uvicorn[standard]>=0.30", "sse-starlette"),
        ),
        (
            "Starlette == 1.0, sse_starlette, uvicorn",
            ("Starlette==1.0", "sse_starlette", "uvicorn"),
        ),
        ("anyio>=4.9", ("anyio>=4.9", "starlette", "sse-starlette", "uvicorn")),
    ],
)
def test_requirements_make_a_stack(
    tmp_path: Path, wanted: str, requirements: tuple[str, ...]
) -> None:
    stack = load(written(tmp_path, GOOD)).named(wanted)
    assert stack == Stack(wanted, requirements, None, NEEDS)


def test_a_name_means_the_stack_of_the_file(tmp_path: Path) -> None:
    catalogue = load(written(tmp_path, GOOD))
    assert catalogue.named("starlette-0.13.8") is catalogue.stacks["starlette-0.13.8"]


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("nope", ""),
        ("0.46.1", ""),
        ("-x", ""),
        ("", ""),
        ("Latest", " (near it: latest)"),  # and not the package of that name
        ("starlette_0.13.8", " (near it: starlette-0.13.8)"),
    ],
)
def test_an_unknown_name_is_told_with_what_could_be_meant(
    tmp_path: Path, wanted: str, near: str
) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, GOOD)).named(wanted)
    assert str(caught.value) == (
        f"unknown stack '{wanted}': `starlette-conformance stacks` lists the names{near}; "
        "requirements "
        "such as starlette==0.46.1,uvicorn==0.34.0 work too, and paths, which have a / in them"
    )


AXIS = GOOD.replace(
    'vary.starlette = ["0.13.8"]',
    """vary.starlette = ["0.13.8", "0.14.0", "0.14.1", "1.0.0"]
milestones = ["starlette-0.14.0"]
yanked = ["starlette-1.0.0"]
[axes.uvicorn]
suite = "edge"
vary.uvicorn = ["0.34.0", "0.35.0"]
vary.parser = ["h11", "httptools"]
without = ["uvicorn-0.35.0-h11"]
milestones = ["uvicorn-0.34.0-h11"]
[axes.python]
suite = "apps"
vary.starlette = ["0.13.8"]
vary.python = ["3.9"]""",
)


UVICORN = ["uvicorn-0.34.0-h11", "uvicorn-0.34.0-httptools", "uvicorn-0.35.0-httptools"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("all", ["latest", "h11", "starlette-0.14.0", "uvicorn-0.34.0-h11"]),
        ("uvicorn", UVICORN),
        ("python", ["starlette-0.13.8-python-3.9"]),
        ("uvicorn>=0.34", UVICORN),
        ("uvicorn>0.34", ["uvicorn-0.35.0-httptools"]),
        ("releases", [f"starlette-{each}" for each in ("0.13.8", "0.14.0", "0.14.1", "1.0.0")]),
        ("starlette>=0.14", [f"starlette-{each}" for each in ("0.14.0", "0.14.1", "1.0.0")]),
        ("starlette>0.13.8,<0.14.1", ["starlette-0.14.0"]),
        ("starlette!=0.14.0", [f"starlette-{each}" for each in ("0.13.8", "0.14.1", "1.0.0")]),
        ("starlette==0.14.0", ["starlette==0.14.0"]),
        ("starlette>=0.14,uvicorn", ["starlette>=0.14,uvicorn"]),
        ("starlette,uvicorn", ["starlette,uvicorn"]),
    ],
)
def test_a_group_or_range_means_stacks_of_the_file(
    tmp_path: Path, wanted: str, names: list[str]
) -> None:
    assert list(load(written(tmp_path, AXIS)).meant_by(wanted)) == names


def test_a_range_without_a_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no release of the axis is within starlette<0.13"):
        load(written(tmp_path, AXIS)).meant_by("starlette<0.13")


def test_one_stack_is_asked_for_where_one_is_served(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'all' matches 4 stacks; name one"):
        load(written(tmp_path, AXIS)).named("all")


def test_a_mark_on_no_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"axis 'starlette': yanked has 9\.9, not on it"):
        load(written(tmp_path, AXIS.replace('yanked = ["starlette-1.0.0"]', 'yanked = ["9.9"]')))


def test_a_stack_on_two_axes_is_told(tmp_path: Path) -> None:
    twice = AXIS + '[axes.again]\nsuite = "streams"\nvary.starlette = ["0.14.0"]\n'
    with pytest.raises(UsageError, match=r"'starlette-0\.14\.0' stands there twice, and one suite"):
        load(written(tmp_path, twice))


def test_what_varies_is_what_a_stack_of_an_axis_holds(tmp_path: Path) -> None:
    found = load(written(tmp_path, AXIS)).stacks
    assert found["uvicorn-0.34.0-httptools"] == Stack(
        "uvicorn-0.34.0-httptools",
        ("uvicorn==0.34.0", "httptools", "starlette", "sse-starlette"),
        DATE,
        NEEDS,
        axis="uvicorn",
        suite="edge",
    )
    assert found["starlette-0.13.8-python-3.9"].python == "3.9"


def test_a_requirement_without_a_version_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a URL names no release; .* the path of"):
        load(written(tmp_path, GOOD)).named("starlette @ file:///src/starlette")


@pytest.mark.parametrize(
    "wanted",
    [
        " ",
        ",",
        "starlette=0.46",
        "starlette==",
        "a b",
        "./here",
        "$x",
    ],
)
def test_nonsense_is_told(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, GOOD)).named(wanted)
    assert str(caught.value).startswith(f"stack {wanted!r} is not a list of requirements: ")


def test_neighbours_differ_only_in_what_an_axis_varies_first(tmp_path: Path) -> None:
    known = load(written(tmp_path, AXIS))
    assert known.series(known.stacks) == [
        [f"starlette-{each}" for each in ("0.13.8", "0.14.0", "0.14.1", "1.0.0")],
        ["uvicorn-0.34.0-h11"],
        ["uvicorn-0.34.0-httptools", "uvicorn-0.35.0-httptools"],
        ["starlette-0.13.8-python-3.9"],
    ]
    assert known.series(["starlette-0.14.1", "latest"]) == [["starlette-0.14.1"]]


def test_an_axis_that_multiplies_beyond_bounds_is_refused(tmp_path: Path) -> None:
    many = ", ".join(f'"{number}"' for number in range(30))
    varied = "".join(f"vary.{name} = [{many}]\n" for name in ("starlette", "anyio", "h11"))
    text = GOOD.replace('vary.starlette = ["0.13.8"]\n', varied)
    with pytest.raises(UsageError, match="axis 'starlette': vary makes more than 10,000 stacks"):
        load(written(tmp_path, text))
