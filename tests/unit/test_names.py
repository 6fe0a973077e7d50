"""What is said of an app that does not start: names that may be meant, and its `.env`."""

from pathlib import Path

import pytest

from starlette_conformance.userapp.names import meant
from starlette_conformance.userapp.pass_env import not_passed, of_env_file

NO_ATTRIBUTE = 'ERROR:    Error loading ASGI app. Attribute "{}" not found in module "{}".'
NO_MODULE = 'ERROR:    Error loading ASGI app. Could not import module "{}".'
MAIN = "import fastapi\nsettings = Settings()\nasgi: object = fastapi.FastAPI()\n"


@pytest.mark.parametrize(
    ("source", "attribute", "said"),
    [
        (MAIN, "app", ["main.py has asgi: --app main:asgi"]),
        ("application = Starlette()", "app", ["main.py has application: --app main:application"]),
        (
            "def create_app(): ...",
            "app",
            ["main.py has create_app(): --app main:create_app --factory"],
        ),
        (
            "application = wrapped(1)",
            "aplication",
            ["main.py has application: --app main:application"],
        ),
        ("x = 1", "app", []),
        ("x = = 1", "app", []),
    ],
)
def test_an_unknown_attribute_gets_those_that_are_there(
    source: str, attribute: str, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(source, "utf-8")
    assert [*meant(NO_ATTRIBUTE.format(attribute, "main"), tmp_path)] == said


def test_a_package_is_read_by_its_init(tmp_path: Path) -> None:
    (tmp_path / "shop" / "api").mkdir(parents=True)
    (tmp_path / "shop" / "api" / "__init__.py").write_text("app = FastAPI()", "utf-8")
    log = NO_ATTRIBUTE.format("application", "shop.api")
    assert [*meant(log, tmp_path)] == ["shop/api/__init__.py has app: --app shop.api:app"]
    assert [*meant(NO_ATTRIBUTE.format("app", "elsewhere"), tmp_path)] == []


def test_an_unknown_module_gets_one_that_is_like_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").touch()
    assert [*meant(NO_MODULE.format("mian"), tmp_path)] == ["there is a module main"]
    assert [*meant(NO_MODULE.format("shop"), tmp_path)] == []


def test_an_env_file_is_named_only_where_the_log_misses_what_it_has(tmp_path: Path) -> None:
    missing = "KeyError: 'SECRET_KEY'"
    assert [*of_env_file(missing, tmp_path)] == []
    file = tmp_path / ".env"
    file.write_text("export SECRET_KEY=hidden\nOTHER=1\n", "utf-8")
    assert [*of_env_file(missing, tmp_path)] == [f"SECRET_KEY stands in {file}: --env-file {file}"]
    assert [*of_env_file("KeyError: 'HOME'", tmp_path)] == []
    (said,) = of_env_file("No such file or directory: '/copy/.env'", tmp_path)
    assert said.endswith("--copy .env")


def test_variables_that_have_nothing_to_do_with_it_are_not_listed() -> None:
    lines = [NO_ATTRIBUTE.format("app", "main")]
    assert not_passed(["LANG"], lines, known=True) == ""
    assert "LANG" in not_passed(["LANG"], lines)
    assert "--pass-env KEY" in not_passed(["KEY"], ["KeyError: 'KEY'"], known=True)
