"""The environment variables of children: each start names them, and none has a caller's secret."""

import ast
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.process import child_environment
from starlette_conformance.process.child_environment import SECRET, passes
from starlette_conformance.stacks.project import ROOT
from starlette_conformance.userapp.pass_env import not_passed, passed_by
from starlette_conformance.userapp.user_app import App
from tests.miniatures.raw_server import ENVIRONMENT

STARTS = {"Popen", "run", "call", "check_call", "check_output", "execv", "posix_spawn"}
SECRETS = (
    *("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DATABASE_URL", "MY_SETTING", "PIP_INDEX_URL"),
    *("UV_PUBLISH_TOKEN", "LD_PRELOAD", "GIT_CONFIG_VALUE_0", "WEB_CONCURRENCY"),
)


@cache
def engine() -> dict[str, ast.Module]:
    paths = [*ROOT.glob("starlette_conformance/**/*.py"), *ROOT.glob("loadtests/*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def starts(module: ast.Module) -> list[ast.Call]:
    """The calls of subprocess in a module."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in STARTS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "subprocess"
    ]


def test_every_start_of_a_process_says_which_variables_it_gets() -> None:
    found = {path: starts(module) for path, module in engine().items()}
    assert sum(map(len, found.values())) > 10
    lacking = [
        f"{path}:{call.lineno}"
        for path, calls in found.items()
        for call in calls
        if "env" not in {keyword.arg for keyword in call.keywords}
    ]
    assert lacking == []


def test_nothing_but_its_module_reads_the_whole_environment() -> None:
    """A copy of os.environ would pass what nobody chose."""
    found = {
        path
        for path, module in engine().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call | ast.BinOp | ast.Dict) and "os.environ" in _copied(node)
    }
    assert found <= {"starlette_conformance/process/child_environment.py"}


def _copied(node: ast.Call | ast.BinOp | ast.Dict) -> set[str]:
    """What a dictionary is made of, as source text."""
    if isinstance(node, ast.BinOp):
        return {ast.unparse(node.left), ast.unparse(node.right)}
    if isinstance(node, ast.Dict):
        return {ast.unparse(v) for k, v in zip(node.keys, node.values, strict=True) if k is None}
    called = ast.unparse(node.func)
    if called in {"os.environ.items", "os.environ.copy"}:
        return {"os.environ"}
    return {ast.unparse(each) for each in node.args} if called == "dict" else set()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")


@pytest.mark.usefixtures("secrets")
def test_no_child_gets_a_secret() -> None:
    named = replace(ENVIRONMENT, passes_variables=True)
    made = {
        "app": child_environment.of_app(ENVIRONMENT),
        "app of an interpreter": child_environment.of_app(named),
        "any": child_environment.base(),
        "interpreter": child_environment.of_interpreter(),
        "uv": child_environment.of_uv(),
        "git": child_environment.of_git(),
        "own": child_environment.of_own(),
        "user app": child_environment.of_user_app(ENVIRONMENT, "/home", ()),
    }
    assert {what: found for what, found in made.items() if "s3cret" in found.values()} == {}
    assert all("PATH" in found for found in made.values())


def test_uv_alone_gets_proxies_indexes_and_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    network = (
        "HTTPS_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_X_PASSWORD",
    )
    for name in network:
        monkeypatch.setenv(name, "x")
    assert child_environment.of_uv().keys() >= set(network)
    assert child_environment.of_own().keys() >= set(network)  # which start uv
    for found in (
        child_environment.of_app(ENVIRONMENT),
        child_environment.of_app(replace(ENVIRONMENT, passes_variables=True)),
        child_environment.of_user_app(ENVIRONMENT, "/home", ()),
        child_environment.of_interpreter(),
        child_environment.of_git(),
    ):
        assert found.keys().isdisjoint(network)


def test_an_app_finds_no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("PYTHONUSERBASE", raising=False)
    named = replace(ENVIRONMENT, passes_variables=True)
    assert child_environment.of_app(ENVIRONMENT)["HOME"] == "/nonexistent"
    assert child_environment.of_app(named)["HOME"] == "/home/me"
    assert child_environment.of_user_app(ENVIRONMENT, "/tmp/x", ())["HOME"] == "/tmp/x"
    assert child_environment.of_user_app(ENVIRONMENT, "/tmp/x", ("HOME",))["HOME"] == "/home/me"
    own = child_environment.of_user_app(named, "/tmp/x", ())
    assert (own["HOME"], own["PYTHONUSERBASE"]) == ("/tmp/x", "/home/me/.local")


def test_an_app_has_file_names_in_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.ISO-8859-1")
    assert child_environment.of_app(ENVIRONMENT)["LC_ALL"] == "de_DE.ISO-8859-1"
    monkeypatch.setattr("locale.getencoding", lambda: "ISO-8859-1")
    assert child_environment.of_app(ENVIRONMENT)["LC_ALL"] == "C.UTF-8"


@pytest.mark.parametrize(
    ("name", "patterns", "passed"),
    [
        ("DB_HOST", ("DB_*",), True),
        ("DB_HOST", ("DB_HOST",), True),
        ("DB_HOST", (), False),
        ("DB_HOST", ("db_*", "DB"), False),
        ("DB_PASSWORD", ("DB_*", "*"), False),
        ("DB_PASSWORD", ("DB_PASSWORD",), True),
        ("AWS_REGION", ("*",), False),
        ("AWS_REGION", ("AWS_*",), False),
        ("AWS_REGION", ("AWS_REGION",), True),
        ("WEB_CONCURRENCY", ("*",), False),
        ("UVICORN_PORT", ("*",), False),
        ("PYTHONPATH", ("*",), False),
        ("PYTHONPATH", ("PYTHONPATH",), True),
    ],
)
def test_a_variable_is_passed_by_name_or_pattern_and_a_secret_by_its_name(
    name: str, patterns: tuple[str, ...], passed: bool
) -> None:
    assert passes(name, patterns) is passed


@pytest.mark.parametrize(
    "name",
    [
        *("GITHUB_TOKEN", "github_token", "NPM_TOKEN", "AWS_ACCESS_KEY_ID", "SECRET_KEY", "APIKEY"),
        *("DB_PASSWORD", "PGPASSWORD", "MYSQL_PWD", "GOOGLE_APPLICATION_CREDENTIALS", "SENTRY_DSN"),
        *(
            "STRIPE_API_KEY",
            "SSH_PRIVATE_KEY",
            "OAUTH_CLIENT",
            "KEY1",
            "CI_JOB_TOKEN",
            "VAULT_ADDR",
        ),
    ],
)
def test_what_looks_like_a_secret(name: str) -> None:
    assert SECRET.search(name)


@pytest.mark.parametrize("name", ["DATABASE_URL", "DB_HOST", "DEBUG", "KEYBOARD", "PORT", "MODE"])
def test_what_does_not(name: str) -> None:
    assert not SECRET.search(name)


def test_what_was_not_passed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name in ("PATH", "HOME", "SHELL", "HTTP_PROXY", "DATABASE_URL", "SHOP_MODE", "SHOP_ZONE"):
        monkeypatch.setenv(name, "x")
    assert child_environment.withheld(()) == ["DATABASE_URL", "SHOP_MODE", "SHOP_ZONE"]
    names = child_environment.withheld(("SHOP_*",))
    assert names == ["DATABASE_URL"]
    assert not_passed([], []) == ""
    assert not_passed(names, ["KeyError: 'PORT'"]) == (
        "; variables set here and not passed: DATABASE_URL; --pass-env NAME passes one"
    )
    assert not_passed(["A", *names], ["Field required [database_url]"]) == (
        "; set here, and not passed to the app: DATABASE_URL; add --pass-env DATABASE_URL"
    )
    many = [f"SHOP_{number:02}" for number in range(14)]
    assert ", SHOP_11 and 2 more; " in not_passed(many, [])


def test_a_project_passes_variables(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    assert App.of("shop:app", tmp_path, ["A"]).passed == ("A",)
    file.write_text('[tool.starlette-conformance]\npass_env = ["DB_*", "API_KEY"]\n')
    assert App.of("shop:app", tmp_path, ["A"]).passed == ("A", "DB_*", "API_KEY")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tool = 1", "field tool: expected object, got int"),
        (
            '[tool.starlette-conformance]\npass_env = "A"',
            "field tool.starlette-conformance.pass_env: expected array, got str",
        ),
        (
            "[tool.starlette-conformance]\npass_env = [1]",
            "field tool.starlette-conformance.pass_env[0]: expected str, got int",
        ),
        ('[tool.starlette-conformance]\npass_env = ["A=b"]', "pass_env A=b: write the name"),
        ("[tool", "not TOML: "),
    ],
)
def test_a_project_that_passes_nonsense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        passed_by(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{file}: ")


def test_what_would_change_how_an_app_is_served_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--pass-env WEB_CONCURRENCY: it would change how"):
        App.of("shop:app", tmp_path, ["WEB_CONCURRENCY"])
