"""The pictures of the docs, of a real diff: `python -m studies.pictures`.

Each page is taken at 1400 and at 400 pixels, light and dark; those that the docs show are kept in
docs/pictures/, the others go where --all says, to be looked at.
"""

import argparse
import tempfile
from pathlib import Path

from starlette_conformance.__main__ import main as command
from starlette_conformance.process.browser import chromium
from starlette_conformance.stacks.project import ROOT

PAIR = ("0.46.1", "1.10.0")
WIDTHS = (1400, 400)
SCHEMES = ("light", "dark")
SHOWN = (1400, "light")
HEIGHT = 900


def main() -> int:
    """0, or 1 where a page is wider than its window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, help="a folder for all of them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch, "diff.html")
        if code := command(["diff", *PAIR, "--html", str(page), "--quiet"]):
            return code
        cut = take(page, options.all)
    print("\n".join(cut))
    return 1 if cut else 0


def take(page: Path, folder: Path | None) -> list[str]:
    """Take them; a sentence on each that does not fit its window."""
    cut = []
    with chromium() as browser:
        for width in WIDTHS:
            for scheme in SCHEMES:
                view = browser.new_page(
                    viewport={"width": width, "height": HEIGHT},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                view.goto(page.as_uri())
                if (wide := view.evaluate("document.documentElement.scrollWidth")) > width:
                    cut.append(f"{page.stem}: {wide} pixels in a window of {width}, {scheme}")
                if (width, scheme) == SHOWN:
                    view.screenshot(path=ROOT / "docs" / "pictures" / f"{page.stem}.png")
                if folder:
                    folder.mkdir(parents=True, exist_ok=True)
                    view.screenshot(path=folder / f"{page.stem}-{width}-{scheme}.png")
                view.close()
    return cut


if __name__ == "__main__":
    raise SystemExit(main())
