"""The pictures of the docs, of real runs: `python -m studies.pictures`.

Each page is taken at 1400 and at 400 pixels, light and dark. Those that the docs show are kept in
docs/pictures/; --all FOLDER keeps the others, too, to be looked at.
"""

import argparse
import json
import os
import pty
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from threading import Timer
from urllib.request import ProxyHandler, build_opener

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from starlette_conformance.process.browser import chromium
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.project import ROOT

PAIR = ("0.46.1", "1.10.0")
UNLIKE = ("documented-h11", "latest")
STACKS = ("starlette-0.46.1", "starlette-0.46.2", "starlette-1.9.0", "starlette-1.10.0")
OF_STACKS = tuple(word for stack in STACKS for word in ("--stack", stack))
WIDTHS = (1400, 400)
SCHEMES = ("light", "dark")
SHOWN = (1400, "light")
HEIGHT = 900
COLUMNS, LINES = 80, 25
LOAD = ("SseUser", "-u", "200", "-r", "50", "-t", "45s", "--interval", "0.5")
"""Of locust's picture: the raw reader sees the events that a verdict needs."""

SECONDS = 600
"""How long a command may take."""


def main() -> int:
    """0, or 1 where a page is wider than its window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, help="a folder for all of them")
    parser.add_argument("--runs", type=Path, help="run files (default: those of a few releases)")
    parser.add_argument(
        "--only",
        action="append",
        choices=ALL,
        help="this one; repeatable",
    )
    options = parser.parse_args()
    wanted = options.only or ALL
    with tempfile.TemporaryDirectory() as scratch:
        folder, cut = Path(scratch), list[str]()
        if of_diff := [name for name in OF_A_DIFF if name in wanted]:
            pages = of_a_diff(folder)
            cut += take({name: pages[name].as_uri() for name in of_diff}, options.all)
        if "capacity" in wanted:
            page = on_a_screen(folder, "capacity", *UNLIKE)
            cut += take({"capacity": page.as_uri()}, options.all)
        if "locust" in wanted:
            with web_ui() as address:
                cut += take({"locust": address}, options.all)
        runs = options.runs or folder / "runs"
        of_site = [name for name in OF_THE_SITE if name in wanted]
        if not options.runs and (of_site or "costs" in wanted):
            command("judge", *OF_STACKS, "--runs", str(runs), "--", "-k", "not browser")
        if "costs" in wanted:
            cut += take({"costs": of_costs(folder, runs).as_uri()}, options.all)
        if of_site:
            pages = of_the_site(folder, runs)  # the docs show the pictures of the diff
            cut += take({name: pages[name].as_uri() for name in of_site}, options.all)
    print("\n".join(cut))
    return 1 if cut else 0


OF_A_DIFF = ("diff", "terminal")
OF_THE_SITE = {
    "report": "report/index.html",
    "site": "index.html",
    "change": "change/RANGES_SPLIT/index.html",
    "docs": "docs/index.html",
}
"""The pages of the site that are taken."""

ALL = (*OF_A_DIFF, "capacity", "locust", "costs", *OF_THE_SITE)


def of_costs(scratch: Path, runs: Path) -> Path:
    """The report's page, with what a request costs on each of the stacks."""
    costs, page = scratch / "costs.jsonl", scratch / "report.html"
    command("costs", *OF_STACKS, "--results", str(costs))
    command("report", str(runs), "--costs", str(costs), "--html", str(page))
    return page


def of_the_site(scratch: Path, runs: Path) -> dict[str, Path]:
    """The pages by name, of a site with the docs in it."""
    site = scratch / "site"
    docs = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", f"{site}/docs"]
    variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(docs, cwd=ROOT, env=variables, check=True, timeout=SECONDS)
    command("site", str(runs), "--output", str(site))
    return {name: site / path for name, path in OF_THE_SITE.items()}


def command(*words: str) -> None:
    line = [sys.executable, "-m", "starlette_conformance", *words]
    subprocess.run(line, stdout=subprocess.DEVNULL, check=True, timeout=SECONDS)


def of_a_diff(scratch: Path) -> dict[str, Path]:
    """Of one run, its page, and what it shows on a terminal of 80 columns, as a page, too."""
    page = on_a_screen(scratch, "diff", *PAIR, "--html", "diff.html")
    return {"diff": scratch / "diff.html", "terminal": page}


def on_a_screen(scratch: Path, *words: str) -> Path:
    """What a command shows on a terminal of 80 columns, as a page."""
    shown = on_a_terminal(scratch, *words, "--quiet").replace("\r\n", "\n")
    screen = Console(width=COLUMNS, record=True, file=StringIO(), force_terminal=True)
    screen.print(f"$ starlette-conformance {' '.join(words)}", highlight=False)
    screen.print(Text.from_ansi(shown), soft_wrap=True)
    page = scratch / f"{words[0]}.terminal.html"
    text = screen.export_html(theme=MONOKAI, inline_styles=True, code_format=SCREEN)
    page.write_text(text, "utf-8")
    return page


SCREEN = """<!doctype html><meta charset="utf-8">
<body style="margin: 0; background: {background}">
<pre style="display: inline-block; margin: 0; padding: 12px; color: {foreground};
background: {background}; font: 14px/1.35 ui-monospace, 'DejaVu Sans Mono', monospace">{code}</pre>
"""


@contextmanager
def web_ui() -> Iterator[str]:
    """The address of locust's, when its run has ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    words = ["-m", "locust", "-f", "loadtests", *LOAD, "--autostart", "--web-port", port]
    address = f"http://127.0.0.1:{port}/"
    with subprocess.Popen(guarded([sys.executable, *words]), cwd=ROOT) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while not _has_ended(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("locust's run did not end")
                time.sleep(1)
            yield address
        finally:
            process.terminate()


def _has_ended(address: str) -> bool:
    directly = build_opener(ProxyHandler({}))
    with suppress(OSError), directly.open(f"{address}conformance", timeout=SECONDS) as response:
        return bool(json.load(response)["looks"] != "none")
    return False


def on_a_terminal(folder: Path, *words: str) -> str:
    """What a command writes to a terminal, in this folder."""
    ours, theirs = pty.openpty()
    size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    line = [sys.executable, "-m", "starlette_conformance", *words]
    shown = bytearray()
    variables = {**os.environ, **size}
    with subprocess.Popen(guarded(line), stdout=theirs, cwd=folder, env=variables) as process:
        os.close(theirs)
        deadline = Timer(SECONDS, process.kill)
        deadline.daemon = True  # it outlives no Ctrl-C
        deadline.start()
        with suppress(OSError):  # how Linux says that the other side is closed
            while piece := os.read(ours, 65536):
                shown += piece
        code = process.wait()
        deadline.cancel()
    os.close(ours)
    if code not in (0, 1):  # neither passed nor a finding: killed, interrupted, or inconclusive
        raise RuntimeError(f"{' '.join(words)} exited with {code}:\n{shown.decode()}")
    return shown.decode()


READY = {"report": "html[data-ready]", "costs": "html[data-ready]", "locust": "table"}
"""What is there when a page is drawn."""

PART = {"terminal": "pre", "capacity": "pre", "costs": "#costs"}
"""What is taken of a page, where that is not what its window shows."""


def take(pages: Mapping[str, str], folder: Path | None) -> list[str]:
    """Take what is at these addresses; a sentence on each that does not fit its window."""
    cut = []
    kept = ROOT / "docs" / "pictures"
    with chromium() as browser:
        for name, address in pages.items():
            for width in WIDTHS:
                for scheme in SCHEMES:
                    view = browser.new_page(
                        viewport={"width": width, "height": HEIGHT},
                        color_scheme="dark" if scheme == "dark" else "light",
                    )
                    view.goto(address)
                    if name in READY:
                        view.wait_for_selector(READY[name])
                    wide = view.evaluate("document.documentElement.scrollWidth")
                    if wide > width and PART.get(name) != "pre":
                        cut.append(f"{name}: {wide} pixels in a window of {width}, {scheme}")
                    part = view.locator(PART[name]).first if name in PART else view
                    if (width, scheme) == SHOWN:
                        part.screenshot(path=kept / f"{name}.png")
                    if folder:
                        folder.mkdir(parents=True, exist_ok=True)
                        part.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                    view.close()
    return cut


if __name__ == "__main__":
    raise SystemExit(main())
