"""Lock files as stacks: what each format pins, as it stands or in git, and what is refused."""

import json
import subprocess
from pathlib import Path

import pytest

from starlette_conformance.model.errors import Failure, NotInstallable, UsageError
from starlette_conformance.model.stack import Stack
from starlette_conformance.stacks import uv_command
from starlette_conformance.stacks.lock_files import of_lock_file
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.stacks.targets import meant_by, one

HASH = "sha256:" + "0" * 64
OTHER = "python_version < '3'"
PYPROJECT = """
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["starlette"]
[dependency-groups]
dev = ["iniconfig"]
"""
UV = """
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "starlette" }]

[package.dev-dependencies]
dev = [{ name = "iniconfig" }]

[package.metadata]
requires-dist = [{ name = "starlette" }]

[package.metadata.requires-dev]
dev = [{ name = "iniconfig" }]
"""
POETRY = f"""
[[package]]
name = "colorama"
version = "0.4.6"
groups = ["main"]
markers = "{OTHER}"
files = []

[[package]]
name = "iniconfig"
version = "2.0.0"
groups = ["dev"]
files = [{{file = "iniconfig-2.0.0.tar.gz", hash = "{HASH}"}}]

[[package]]
name = "starlette"
version = "0.41.3"
groups = ["main", "dev"]
markers = {{main = "python_version >= '3'", dev = "{OTHER}"}}
files = [{{file = "starlette-0.41.3.tar.gz", hash = "{HASH}"}}]

[metadata]
lock-version = "2.1"
"""
PDM = POETRY.replace('"main"', '"default"').replace("markers =", "marker =")
PDM = PDM.replace(f'marker = {{main = "python_version >= \'3\'", dev = "{OTHER}"}}\n', "")
PIPENV = json.dumps(
    {
        "default": {
            "colorama": {"version": "*", "markers": OTHER},
            "starlette": {"version": "==0.41.3", "hashes": [HASH]},
        },
        "develop": {"iniconfig": {"version": "==2.0.0", "hashes": [HASH]}},
    }
)
REQUIREMENTS = f"""
# written by pip-compile
--index-url https://pypi.org/simple
colorama==0.4.6 ; {OTHER} \\
    --hash={HASH}
iniconfig==2.0.0 --hash={HASH}  # via
starlette==0.41.3 \\
    --hash={HASH}
"""


def registry(name: str, version: str) -> str:
    """A package of an index, as uv.lock and pylock.toml have it."""
    url = f"https://files.pythonhosted.org/{name}-{version}.tar.gz"
    return f"""
[[package]]
name = "{name}"
version = "{version}"
source = {{ registry = "https://pypi.org/simple" }}
sdist = {{ url = "{url}", hash = "{HASH}" }}
"""


def pylock(name: str, version: str, more: str = "") -> str:
    digest = HASH.partition(":")[2]
    file = f'name = "{name}-{version}.tar.gz", url = "https://x/{name}"'
    return f"""
[[packages]]
name = "{name}"
version = "{version}"
{more}
sdist = {{ {file}, hashes = {{ sha256 = "{digest}" }} }}
"""


FILES = {
    "uv.lock": UV + registry("iniconfig", "2.0.0") + registry("starlette", "0.41.3"),
    "poetry.lock": POETRY,
    "pdm.lock": PDM,
    "Pipfile.lock": PIPENV,
    "pylock.toml": 'lock-version = "1.0"\ncreated-by = "x"\ndependency-groups = ["dev"]\n'
    + pylock("colorama", "0.4.6", f'marker = "{OTHER}"')
    + pylock("iniconfig", "2.0.0", "marker = \"'dev' in dependency_groups\"")
    + pylock("starlette", "0.41.3", 'index = "https://pypi.example/simple"'),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return tmp_path


def stack(word: str, chosen: Chosen = Chosen()) -> Stack:  # noqa: B008
    found = one(word, framework=False, chosen=chosen)
    assert isinstance(found, Stack)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_format_pins_what_the_project_and_its_groups_want_on_this_python(
    name: str, folder: Path
) -> None:
    (folder / name).write_text(FILES[name])
    before = sorted(folder.iterdir())
    found = stack(name)
    assert found.requirements == ("starlette==0.41.3",)
    assert found.locked
    assert found.locked.lines == (f"starlette==0.41.3 --hash={HASH}",)
    assert found.locked.indexes == (
        ("https://pypi.example/simple",) if name == "pylock.toml" else ()
    )
    with_group = stack(name, Chosen(("dev",)))
    assert sorted(with_group.requirements) == ["iniconfig==2.0.0", "starlette==0.41.3"]
    assert sorted(folder.iterdir()) == before


def test_a_requirements_file_with_hashes_is_all_that_is_installed(folder: Path) -> None:
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    found = stack("requirements.txt")
    assert found.requirements == ("iniconfig==2.0.0", "starlette==0.41.3")
    assert found.locked
    assert found.locked.lines[1] == f"starlette==0.41.3 --hash={HASH}"


def test_an_option_keeps_what_its_value_has_of_equal_signs_and_the_last_line_may_go_on(
    folder: Path,
) -> None:
    index = "--extra-index-url https://user:a=b@pypi.example/simple"
    (folder / "requirements.txt").write_text(f"{index}\na==1 --hash={HASH}\nb==2 --hash={HASH} \\")
    found = stack("requirements.txt")
    assert found.requirements == ("a==1", "b==2")
    assert found.locked
    assert found.locked.indexes == ("https://user:a=b@pypi.example/simple",)


def test_the_reference_apps_get_what_a_lock_file_lacks(folder: Path) -> None:
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    (found,) = meant_by("requirements.txt").values()
    assert isinstance(found, Stack)
    assert found.requirements[2:] == ("sse-starlette", "uvicorn")


def test_a_package_of_the_repository_is_built_of_the_same_reference(folder: Path) -> None:
    library = folder / "library"
    library.mkdir()
    (library / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (library / "backend.py").write_text(
        "import zipfile, pathlib\n"
        "def build_wheel(folder, *_, **__):\n"
        '    name = "library-1-py3-none-any.whl"\n'
        '    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:\n'
        '        wheel.write("content.txt")\n'
        "    return name\n"
    )
    (library / "content.txt").write_text("committed")
    (folder / "Pipfile.lock").write_text(
        '{"default": {"library": {"path": "./library"}, "shop": {"path": "."}}}'
    )
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], check=True, timeout=30)
    (library / "content.txt").write_text("changed")
    (committed,), (changed,) = (
        stack(word).requirements for word in ("Pipfile.lock@HEAD", "Pipfile.lock")
    )
    assert committed.startswith("library @ file://")
    assert committed != changed


@pytest.mark.parametrize(
    ("said", "failure", "says"),
    [
        ("No solution found: there is no a==99", NotInstallable, "^requirements.txt: No solution"),
        ("Failed to fetch: dns error", NotInstallable, "be fetched .no network"),
        ("Couldn't parse requirement", UsageError, "uv cannot read it"),
    ],
)
def test_what_cannot_be_had_is_not_said_to_be_unreadable(
    said: str, failure: type[Failure], says: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "requirements.txt").write_text("a==99")
    done = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(uv_command, "run_uv", lambda *_: done)
    with pytest.raises(failure, match=says):
        of_lock_file("requirements.txt", Chosen())


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("uv.lock", "version = 1\nx", "uv.lock: uv cannot read it"),
        ("poetry.lock", "[[package]]\nx", "poetry.lock: not TOML: "),
        ("poetry.lock", "[package]", "poetry.lock: field package: expected array"),
        ("poetry.lock", '[[package]]\nname="a"\nversion="1"', "poetry.lock: it is of Poetry 1"),
        (
            "pdm.lock",
            '[[package]]\nname="a"\nversion="1"',
            "pdm.lock: it does not say which groups",
        ),
        ("Pipfile.lock", "{", "Pipfile.lock: not JSON"),
        ("Pipfile.lock", '{"default": {"a": {"version": "*"}}}', "a is pinned to no version: '*'"),
        ("pylock.toml", 'lock-version = "9.0"', "pylock.toml: "),
        ("requirements.txt", f"a>1 --hash={HASH}", "requirements.txt:1: a is pinned to no version"),
        ("requirements.txt", f"\n-e . --hash={HASH}", "requirements.txt:2: -e cannot be read"),
        ("requirements.txt", f"a==1; b --hash={HASH}", "requirements.txt:1: not a requirement"),
        ("pdm.lock", "package = []", "pdm.lock: pins no package for this Python"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_to_be_so(
    name: str, text: str, says: str, folder: Path
) -> None:
    (folder / name).write_text(text)
    with pytest.raises(UsageError) as error:
        of_lock_file(name, Chosen())
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("uv.lock", "uv.lock: no such file; PATH@REFERENCE names one in git"),
        ("no/uv.lock@main", "no folder no is there"),
        ("uv.lock@main", "not a git repository"),
    ],
)
def test_a_file_that_is_not_there_is_said_to_be_so(word: str, says: str, folder: Path) -> None:
    assert folder
    with pytest.raises(UsageError) as error:
        one(word)
    assert says in str(error.value)


def test_groups_are_for_lock_files() -> None:
    with pytest.raises(UsageError, match=r"--group dev: 0\.46\.1: only a lock file has groups"):
        one("0.46.1", chosen=Chosen(("dev",)))
