"""A real browser: Debian's Chromium, found on PATH and driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

from starlette_conformance.process.child_environment import base

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

# Nothing but the page is fetched. Chromium's sandbox refuses to run as root.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def program() -> str | None:
    """The path of the browser, or None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def chromium(folder: Path | None = None) -> "Iterator[Browser]":
    """A headless browser; it ends with the context. ModuleNotFoundError without the extra.

    Its profile lies in the folder, as nobody removes it after kill -9, or where temporary files do.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with ExitStack() as stack:
        with temporary_files_in(folder):
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=program(),
                args=[*FLAGS, *sandbox],
                env=dict[str, str | float | bool](base()),
            )
        stack.callback(browser.close)
        yield browser


@contextmanager
def temporary_files_in(folder: Path | None) -> Iterator[None]:
    """Those of what starts meanwhile and takes the environment as it is."""
    before = os.environ.get("TMPDIR")
    if folder:
        os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is not None:
            os.environ["TMPDIR"] = before
        elif folder:
            del os.environ["TMPDIR"]
