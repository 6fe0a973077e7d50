"""Text of the pages can be read on every ground that they have: WCAG 2.2 wants a contrast of 4.5,
and of 3 for what is no text.
"""

import re
from pathlib import Path

import pytest

import starlette_conformance

PACKAGE = Path(starlette_conformance.__file__).parent
SHEETS = {
    "report": ["report/page/page.css"],
    "diff": ["output/page.css"],
    "site": ["output/page.css", "published/pages/site.css"],
}
GROUNDS = ("ground", "sheet", "soft")
OF_OTHER_RULES = {".cell.fail::after": "bad"}
"""The grounds of text that another rule gives it."""
GRAPHIC = ("status", "body", "framing", "value", "presence")
TEXT, GRAPHICS = 4.5, 3.0
DARK = "@media (prefers-color-scheme: dark)"
HEX = r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b"

both_schemes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def style(page: str) -> str:
    """What a screen shows; what paper does stands last in each."""
    sheets = ((PACKAGE / sheet).read_text("utf-8") for sheet in SHEETS[page])
    return "\n".join(sheet.partition("@media print")[0] for sheet in sheets)


def in_scheme(css: str, dark: bool) -> str:
    both = rf"light-dark\(\s*({HEX})\s*,\s*({HEX})\s*\)"
    return re.sub(both, lambda found: found[1 + dark], css)


def palette(css: str, dark: bool) -> dict[str, str]:
    """The custom properties of a scheme, each a colour."""
    blocks = re.findall(rf"({re.escape(DARK)}\s*\{{\s*)?:root\s*\{{([^}}]*)\}}", css)
    text = "".join(body for condition, body in blocks if dark or not condition)
    return dict(re.findall(rf"--([\w-]+):\s*({HEX});", in_scheme(text, dark)))


def colours_of(css: str, dark: bool) -> dict[str, dict[str, str]]:
    """By selector, the colours of its text and its ground, as far as a rule says them."""
    named = palette(css, dark)
    found: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", in_scheme(css, dark)):
        for name, value in re.findall(r"(?<![\w-])(background|color):\s*([^;}]+)", body):
            variable = re.fullmatch(r"var\(--([\w-]+)\)", value.strip())
            colour = named[variable[1]] if variable else value.strip()
            if re.fullmatch(HEX, colour):
                found.setdefault(" ".join(selector.split()), {})[name] = colour
    return found


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faint(css: str, dark: bool) -> dict[str, float]:
    """What has too little contrast on one of its grounds."""
    named = palette(css, dark)
    every = [named[name] for name in GROUNDS]
    found = {}
    for selector, said in colours_of(css, dark).items():
        if selector in OF_OTHER_RULES:
            grounds = [named[OF_OTHER_RULES[selector]]]
        else:
            grounds = [said["background"]] if "background" in said else every
        if "color" in said:
            found[selector] = min(contrast(said["color"], ground) for ground in grounds)
        elif selector in ("mark", "del.line", "ins.line"):
            found[selector] = contrast(named["ink"], said["background"])
    return {selector: round(least, 2) for selector, least in found.items() if least < TEXT}


@both_schemes
@pytest.mark.parametrize("page", SHEETS)
def test_all_text_can_be_read(page: str, dark: bool) -> None:
    css = style(page)
    assert sum("color" in each for each in colours_of(css, dark).values()) > 4
    assert faint(css, dark) == {}


@both_schemes
@pytest.mark.parametrize("page", SHEETS)
def test_all_severities_can_be_seen(page: str, dark: bool) -> None:
    named = palette(style(page), dark)
    least = min(contrast(named[name], named[on]) for name in GRAPHIC for on in GROUNDS)
    assert least >= GRAPHICS


@both_schemes
def test_the_pages_have_one_palette(dark: bool) -> None:
    report, diff = (palette(style(page), dark) for page in ("report", "diff"))
    shared = report.keys() & diff.keys()
    assert {*GROUNDS, *GRAPHIC, "ink", "bad", "good", "warned"} <= shared
    assert {name: report[name] for name in shared} == {name: diff[name] for name in shared}


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    faded = ":root { --ground: #fff; --sheet: #fff; --soft: #fff; } .badge { color: #999; }"
    assert faint(faded, dark=False) == {".badge": 2.85}
