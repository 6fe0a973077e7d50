"""A sixth app is its script, one row and its specs: those of CONTRIBUTING.md, in a copy."""

import json
import re

import pytest

from tests.miniatures.project_copy import ProjectCopy

pytestmark = pytest.mark.timeout(600)  # several sessions of pytest each

END = ')\n"""In the order of tables."""'
ROWS = "specs/ledger/apps.py"
KEPT = ("hello", "json_cors", "static_files", "basic_auth", "sse", "shout")
KNOWN = """
import json
from collections import Counter
from specs.ledger import changes
from starlette_conformance.explore.generator import generated, without_words
from starlette_conformance.stacks.project import ledger
requests = generated(1700, 0)
print(json.dumps({
    "requests": Counter(request.app for request in requests),
    "targets": sorted({r.target for r in requests if r.app == "shout"})[:200],
    "without_words": without_words(),
    "effects": [name for name, change in ledger().changes.items() if any(
        effect.change == change and "shout" in effect.apps for effect in ledger().effects)],
}))
"""
OLD, NEW = "starlette-0.18.0", "starlette-0.19.0"


def with_shout(project: ProjectCopy, row: str = "") -> None:
    """Add what CONTRIBUTING.md shows, or with another row."""
    project.add("apps/shout.py")
    project.add("specs/shout/__init__.py", "\n")
    project.add("specs/shout/test_shout.py")
    rows = project.folder / ROWS
    text = rows.read_text("utf-8")
    assert text.count(END) == 1
    rows.write_text(text.replace(END, (row or project.example(ROWS)) + END), "utf-8")


def known(project: ProjectCopy) -> dict[str, object]:
    (project.folder / "known.py").write_text(KNOWN, "utf-8")
    done = project.run("known")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """The copy, with a file of specs for each app, as a corpus of all takes minutes."""
    found = ProjectCopy(tmp_path_factory.mktemp("project"))
    with_shout(found)
    for path in (found.folder / "specs").rglob("test_*.py"):
        if path.name.removeprefix("test_").removesuffix(".py") not in KEPT:
            path.unlink()
    return found


def test_what_its_traits_and_routes_give(project: ProjectCopy) -> None:
    found = known(project)
    assert found["requests"]["shout"] == 100  # type: ignore[index]
    assert {"/shout/word", "/missing"} <= set(found["targets"])  # type: ignore[call-overload]
    assert found["without_words"] == []
    assert "ALLOW_ON_405" in found["effects"]  # type: ignore[operator]
    assert "CORS_VARIES_ALWAYS" not in found["effects"]  # type: ignore[operator]


def test_its_specs_find_its_fixture_and_the_tables_its_column(project: ProjectCopy) -> None:
    words = ("specs/shout", "--stack", OLD, "--stack", NEW, "-q", "-pno:cacheprovider")
    done = project.run("pytest", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"stack\s+┃ shout\s+┃ seconds", done.stdout)
    assert "4 passed" in done.stdout


def test_commands_know_it(project: ProjectCopy) -> None:
    serve = project.run("starlette_conformance", "serve", "--help")
    assert re.search(r"sse, shout,", serve.stdout)
    wrong = project.run("pytest", "specs/shout", "--url", "other=http://127.0.0.1:1")
    assert "basic_auth, sse or shout" in wrong.stderr


def test_explore_and_diff_send_it_requests_and_explain_its_405(project: ProjectCopy) -> None:
    done = project.run("starlette_conformance", "diff", OLD, NEW, "--only", "shout", "--json", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"ALLOW_ON_405"' in done.stdout
    assert "POST /shout/hello" in done.stdout
    words = ("explore", OLD, NEW, "--requests", "100", "--seed", "1", "--quick")
    explored = project.run("starlette_conformance", *words)
    assert explored.returncode == 0, explored.stdout + explored.stderr
    assert "no random requests" not in explored.stdout


def test_an_app_without_words_and_routes_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = ProjectCopy(tmp_path_factory.mktemp("wordless"))
    with_shout(project, '    App("shout", ("routes",)),\n')
    script = project.folder / "apps" / "shout.py"
    script.write_text(script.read_text("utf-8").replace('Route("/shout/{word}"', "Route(PATH"))
    found = known(project)
    assert found["without_words"] == ["shout"]
    assert "shout" not in found["requests"]  # type: ignore[operator]
