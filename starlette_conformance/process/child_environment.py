"""The environment variables of every child: what it needs, and no more. They are chosen here alone.

A caller's variables hold tokens and passwords, and what runs in a child is code of others: packages
of a stack, their build scripts, an app. So each kind of child has a list of the names it gets.
"""

import locale
import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from starlette_conformance import servers
from starlette_conformance.model.environment import Environment

LOCALE = ("LANG", "LANGUAGE", "LC_*")
BASE = ("PATH", "HOME", *LOCALE, "TMPDIR", "TZ", "LD_LIBRARY_PATH")
INTERPRETER = (
    *BASE,
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONHASHSEED"),
    *("PYENV_ROOT", "PYENV_VERSION"),
)
"""By which an interpreter that is named, not made here, finds its packages, and a shim it."""

NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NETRC"),
)
UV = (
    *BASE,
    *NETWORK,
    *("UV_*", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME"),
    *("PYENV_ROOT", "PYENV_VERSION"),
    *("CC", "CXX", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "PKG_CONFIG_PATH"),
)
NOT_OF_UV = ("UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_VENV_SEED", "UV_PUBLISH_*")
"""By these uv would resolve, or install, another stack than the one that is named; or publish."""

GIT = (*BASE, "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
OWN = (
    *UV,
    *("STARLETTE_CONFORMANCE_*", "PYTHON*", "PLAYWRIGHT_BROWSERS_PATH"),
    *("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"),
    *("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "BUILDKITE"),
)
"""The harness's own processes, which provision stacks and print as their parent does."""

NO_HOME = "/nonexistent"
"""The home of an app on a provisioned stack: it finds no settings there, and leaves none."""

SECRET = re.compile(
    r"(?i)TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|COOKIE|PRIVATE|(?:^|_)(?:PW|PWD|PAT|DSN)(?:_|$)"
    r"|KEY(?:S|_|$|\d)|AUTH|^(?:AWS|AZURE|GCP|GITHUB|GITLAB|ACTIONS|CI|DOCKER|VAULT)_"
)
"""What a name that may hold a secret looks like: no pattern passes it."""

_SETTINGS = [each.settings.pattern for each in servers.ADAPTERS.values() if each.settings]
ALTERING = re.compile("|".join([*_SETTINGS, "PYTHONHASHSEED"]))
"""What would change how an app is served, on one side or both."""

OF_THE_LOGIN = re.compile(
    r"_|SHELL|SHLVL|PWD|OLDPWD|USER|LOGNAME|HOST|HOSTNAME|MAIL|EDITOR|VISUAL|PAGER|LESS\w*|LS_COLORS"
    r"|TERM\w*|COLORTERM|COLUMNS|LINES|DISPLAY|WAYLAND_\w+|SSH_\w+|DBUS_\w+|XDG_\w+|GPG_\w+|TMUX\w*"
    r"|PYTHON\w*|PYENV\w*|PYTEST_\w+|VIRTUAL_ENV\w*|CONDA_\w+|UV_?\w*|PIP_\w+|TOX_\w+|\w+_PROXY|\w+_proxy"
    r"|NO_COLOR|FORCE_COLOR|CI|RUNNER_\w+|GITHUB_\w+|STARLETTE_CONFORMANCE_\w+"
)
"""What is set on most machines, and is not what an app lacks."""


def of_app(environment: Environment) -> dict[str, str]:
    """What a reference app on a stack gets, and a program that counts or watches it."""
    ahead = {"PYTHONPATH": str(environment.ahead)} if environment.ahead else {}
    if environment.passes_variables:
        return of_interpreter() | ahead
    own = {"HOME": NO_HOME, "PYTHONHASHSEED": str(environment.hash_seed)}
    return base() | _in_utf8() | own | ahead


def base() -> dict[str, str]:
    """What any program gets."""
    return _chosen(BASE)


def of_interpreter() -> dict[str, str]:
    """What an interpreter gets that is named by the user, as it is looked into, and as it runs."""
    return _chosen(INTERPRETER)


def of_uv() -> dict[str, str]:
    """What uv gets, and the builds of packages that it runs: proxies, indexes and certificates."""
    return _chosen(UV, but=NOT_OF_UV)


def of_git() -> dict[str, str]:
    return _chosen(GIT)


def of_own() -> dict[str, str]:
    """What another process of the harness gets. It runs with asserts, as this one does."""
    return _chosen(OWN, but=("PYTHONOPTIMIZE", *NOT_OF_UV))


def of_user_app(environment: Environment, home: str, passed: Sequence[str]) -> dict[str, str]:
    """What a user's app gets: a home of its own, and what the user passes by name or pattern."""
    own = {"HOME": home}
    if environment.passes_variables:  # where its packages may lie, which is below the real home
        own["PYTHONUSERBASE"] = os.environ.get("PYTHONUSERBASE", str(Path.home() / ".local"))
    return base() | own | {name: os.environ[name] for name in os.environ if passes(name, passed)}


def passes(name: str, patterns: Sequence[str]) -> bool:
    """Whether a variable is passed: by its name, or by a pattern, unless it may hold a secret."""
    if name in patterns:
        return True
    return bool(not SECRET.search(name) and not ALTERING.fullmatch(name)) and (
        _matches(name, patterns) and not name.startswith("PYTHON")
    )


def withheld(passed: Sequence[str]) -> list[str]:
    """The names of variables that are set here, that a user's app may want, and does not get."""
    return sorted(
        name
        for name in os.environ
        if not (_matches(name, BASE) or passes(name, passed) or OF_THE_LOGIN.fullmatch(name))
    )


def _chosen(patterns: Sequence[str], but: Sequence[str] = ()) -> dict[str, str]:
    names = [name for name in os.environ if _matches(name, patterns) and not _matches(name, but)]
    return {name: os.environ[name] for name in names}


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _in_utf8() -> dict[str, str]:
    """The specs' files have names in UTF-8, which an app must see as such.

    Python takes C and POSIX for UTF-8 by itself.
    """
    usual = locale.getencoding().lower().replace("-", "") in {"utf8", "ascii", "ansi_x3.41968"}
    return {} if usual else {"LC_ALL": "C.UTF-8"}
