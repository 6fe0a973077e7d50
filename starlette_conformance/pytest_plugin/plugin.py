"""The entry point that pytest loads wherever this package is installed.

It adds options, fixtures and hooks only to a session that needs them: one that is given the
specs of this project (or its benchmarks, which take the same options), or that names a user's own
app by `--app` together with `--stack` or `--python`. Elsewhere it adds nothing, and options of the
same names are free for other plugins.
"""

import copy
from collections.abc import Generator, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.printing import write_line
from starlette_conformance.stacks.project import ROOT, catalogue, yield_name_of_specs

SPECS = ROOT / "specs"
BENCHMARKS = ROOT / "benchmarks"
INI = ROOT / "pyproject.toml"
NAMING_STACKS = ("--stack", "--python")
OF_THE_PROJECT = ("app_fixtures", "scenario_fixtures")
OF_AN_OWN_APP = ("own_app",)
JUDGES = pytest.StashKey[bool]()
"""Whether the session has the options."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Add the options before pytest looks for conftest files: where it does not know `--stack`, it
    takes the word behind it for a folder of tests. After that, say what an option lacks which
    neither this plugin nor another one has taken.
    """
    _add_options(early_config, parser, args)
    yield
    _, unknown = parser.parse_known_and_unknown_args(args, copy.copy(early_config.option))
    names = {word.partition("=")[0] for word in unknown}
    for option in ("--app", *NAMING_STACKS):
        if option in names:
            app = next(_values(args, "--app"), None)
            raise pytest.UsageError(f"unrecognized argument: {option}; {_lacking(app)}")


def _lacking(app: str | None) -> str:
    if app is None:
        return (
            "starlette-conformance takes it for specs of its own, which are not here, and for "
            "those of your app: name that by --app MODULE:APP"
        )
    if ":" not in app:
        return f"write --app {app or 'module'}:app, as for uvicorn"
    return "specs of your app need a stack as well: add --stack RELEASE, such as --stack 1.10.0"


def _add_options(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    known = early_config.known_args_namespace
    apart = {value for option in NAMING_STACKS for value in _values(args, option, apart=True)}
    given = [word for word in known.file_or_dir if word not in apart]
    measures = _is_of_benchmarks(early_config, given)
    own = _names_own_app(args) and not measures
    if not own and not _asks_for_options(early_config, given):
        return
    _check_words(early_config, args)
    from starlette_conformance.pytest_plugin.options import add_options  # noqa: PLC0415

    try:
        add_options(parser, own, measures)
    except ValueError as error:
        raise pytest.UsageError(
            f"{error}: another plugin of pytest defines it; leave that plugin out by -p no:NAME"
        ) from None
    early_config.stash[JUDGES] = True
    parsed = parser.parse_known_args(args, namespace=copy.copy(early_config.option))
    parsed.confcutdir = known.confcutdir
    early_config.known_args_namespace = parsed


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Judge nothing where Python leaves asserts out: those of modules beside the specs."""
    if __debug__ or not config.stash.get(JUDGES, False):
        return None
    write_line(
        "error: asserts are left out by -O or PYTHONOPTIMIZE, and specs are made of them: run "
        "pytest without",
        stderr=True,
    )
    return pytest.ExitCode.INTERNAL_ERROR


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.stash.get(JUDGES, False):
        return
    own = "" if _is_of_benchmarks(config, config.args) else config.getoption("--app", "")
    if own or any(map(_is_of_specs, _paths(config, config.args))):
        config.addinivalue_line("markers", "source(*texts): where the promise of a spec is written")
        try:
            catalogue()
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        names = OF_AN_OWN_APP if own else OF_THE_PROJECT
        xdist = ("distribution",) if config.pluginmanager.hasplugin("xdist") else ()
        judging = ("judging", "collection", "ids", "missing_extras")
        for name in ("stack_fixtures", *names, *xdist, *judging):
            # Not `import_plugin`, which warns of a module that another one has imported before.
            module = import_module(f"{__package__}.{name}")
            config.pluginmanager.register(module, module.__name__)
        if own:
            yield_name_of_specs()


def _names_own_app(args: Sequence[str]) -> bool:
    named = any(":" in value for value in _values(args, "--app"))
    return named and any(value for option in NAMING_STACKS for value in _values(args, option))


def _asks_for_options(config: pytest.Config, given: Sequence[str]) -> bool:
    return _is_of_benchmarks(config, given) or any(
        map(_is_of_specs, _paths(config, given or ["."]))
    )


def _is_of_benchmarks(config: pytest.Config, given: Sequence[str]) -> bool:
    paths = _paths(config, given or ["."])
    return any(path == BENCHMARKS or BENCHMARKS in path.parents for path in paths)


def _paths(config: pytest.Config, words: Sequence[str]) -> Iterator[Path]:
    for word in words:
        yield Path(config.invocation_params.dir, word.partition("::")[0]).resolve()


def _is_of_specs(path: Path) -> bool:
    return path in {ROOT, SPECS} or SPECS in path.parents


def _check_words(config: pytest.Config, args: Sequence[str]) -> None:
    """Raise UsageError where pytest may have taken a stack's path for a folder of tests, and read
    the configuration that it found there.
    """
    for option in NAMING_STACKS:
        for value in _values(args, option, apart=True):
            if Path(value).exists() and config.inipath != INI:
                raise pytest.UsageError(
                    f"{option} {value}: pytest takes a path on its own for a folder of tests; "
                    f"write {option}={value}"
                )


def _values(args: Sequence[str], option: str, apart: bool = False) -> Iterator[str]:
    """What an option is given, in the word behind it or, unless `apart`, in the same word."""
    for word, following in zip(args, [*args[1:], ""], strict=True):
        if word == option:
            yield following
        elif not apart and word.startswith(f"{option}="):
            yield word.partition("=")[2]
