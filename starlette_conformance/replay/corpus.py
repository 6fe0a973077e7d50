"""The corpus: the requests that the specs send, recorded once and kept in the cache.

A run of the specs on one stack records them. The key is made of everything that it depends on, so a
spec that is added is in the next corpus.
"""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console

from starlette_conformance.model.app import USUAL_SITE
from starlette_conformance.model.errors import Failure
from starlette_conformance.model.request import Request
from starlette_conformance.output.sanitize import plain
from starlette_conformance.runs.recorded import Recorded
from starlette_conformance.runs.sessions import judge
from starlette_conformance.stacks.cache import made_once
from starlette_conformance.stacks.project import ROOT, apps, digest, ledger, modules, variants
from starlette_conformance.stacks.tempdirs import scratch

STACK = "documented"
"""On no axis, so the specs of all suites run, and dated, so that it is the same every day."""

SPECS = ROOT / "specs"


ASIDE = (
    "specs/shutdown/",
    "specs/starts/",
    "specs/resilience/",
    "specs/features/",
    "specs/edge/test_idle.py",
)
"""Specs of signals, pauses and leaks: by what they send, no two stacks are compared."""


def parts() -> tuple[list[str], list[str]]:
    """Sessions of pytest that are run side by side, but for what is ASIDE."""
    return (
        [f"--ignore={SPECS / 'edge'}", f"--ignore={SPECS / 'streams'}"],
        [f"--ignore={SPECS / name}" for name in (*apps(), "every_app")],
    )


LEFT_OUT = [*(f"--ignore={ROOT / name}" for name in ASIDE), "-k", "not browser"]

SOURCES = (
    "specs/**/*.py",
    "specs/*.toml",
    "specs/transcripts/*",
    "apps/**/*",
    *modules("model", "output", "process", "servers", "http", "stacks", "stacks/locks", "runs"),
    *modules("pytest_plugin", "scenarios", "replay"),
    "starlette_conformance/explain/start.py",
    "starlette_conformance/userapp/app_process.py",
    "starlette_conformance/userapp/copies.py",
    "starlette_conformance/userapp/drawn_tracebacks.py",
    "starlette_conformance/userapp/hints.py",
    "starlette_conformance/userapp/names.py",
    "starlette_conformance/userapp/own_folders.py",
    "starlette_conformance/userapp/pass_env.py",
    "starlette_conformance/userapp/private_copy.py",
    "starlette_conformance/userapp/server_log.py",
    "starlette_conformance/userapp/source.py",
    "starlette_conformance/userapp/starting.py",
    "starlette_conformance/userapp/user_app.py",
)
"""What a recording depends on. A test holds that no imported module is missing."""


@dataclass(frozen=True)
class SentRequest:
    """A request, and the variant of the app that gets it, such as `hello` or `static_files_404`."""

    variant: str
    request: Request

    def __str__(self) -> str:
        line = self.request.data.split(b"\r\n", 1)[0].decode("latin-1")
        return f"{plain(line, 100)} ({self.variant})"


def corpus(console: Console) -> list[SentRequest]:
    """The requests that the specs send, each once; recorded now if need be. Raises Failure."""
    lines = (_folder(console) / "requests.jsonl").read_text("utf-8").splitlines()
    return [
        SentRequest(variant, Request(app, data.encode("latin-1"), files(variant)))
        for variant, app, data in map(json.loads, lines)
    ]


def run_files(console: Console) -> list[Path]:
    """The run files that the corpus was made from: they say which spec sent what."""
    return sorted(_folder(console).glob("*.run"))


@cache
def key() -> str:
    """Another one where anything changes that a recording depends on."""
    return digest(*SOURCES)


def is_unchanged() -> bool:
    """Whether nobody has changed any of that since this run looked."""
    return digest(*SOURCES) == key()


def _folder(console: Console) -> Path:
    return made_once("corpora", key(), lambda aside: _record(aside, console))


def files(variant: str) -> str:
    """The name of what the app finds in its working directory."""
    return variants()[variant][1].site if variant in variants() else USUAL_SITE


def usual(variant: str) -> str:
    """The app, if a variant of it has the usual files, whatever the pace of its events.

    A slow one, to whose pings one listens, stands for itself.
    """
    if variant in ledger().slow:
        return variant
    app, _ = variants().get(variant, (None, None))
    return app.name if app and files(variant) == USUAL_SITE else variant


def _record(folder: Path, console: Console) -> None:
    with (
        scratch() as beside,
        ThreadPoolExecutor(len(parts())) as pool,
    ):
        runs = [beside / str(number) for number in range(len(parts()))]
        console.print("recording the requests of the specs, once: a minute or two", style="dim")
        quiet = Console(quiet=True)
        for _ in pool.map(
            lambda part, run: judge([STACK], run, 1, [*LEFT_OUT, *part], quiet), parts(), runs
        ):
            pass
        paths = [path for run in runs for path in sorted(run.rglob("*.jsonl"))]
        requests, texts = _distinct(paths), [path.read_text("utf-8") for path in paths]
    lines = [
        json.dumps([a.variant, a.request.app, a.request.data.decode("latin-1")]) for a in requests
    ]
    if lacking := [app for app in apps() if app not in {each.variant for each in requests}]:
        raise Failure(
            f"the specs send no request to {', '.join(lacking)}: `pytest specs --stack {STACK}` "
            "shows why; a new app needs a spec in specs/APP/"
        )
    folder.mkdir()
    (folder / "requests.jsonl").write_text("\n".join(lines), "utf-8")
    for number, text in enumerate(texts):
        (folder / f"{number}.run").write_text(text, "utf-8")


def _distinct(paths: Iterable[Path]) -> list[SentRequest]:
    found = [
        SentRequest(usual(variant), request)
        for path in paths
        for variant, requests in Recorded(path).sent.items()
        for _, request in requests
    ]
    return list(dict.fromkeys(found))
