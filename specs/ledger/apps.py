"""The reference apps, a row each: this table is all that names them."""

from urllib.parse import quote

from specs.ledger.site import SITE
from starlette_conformance.model.app import App, Trait, Variant, Words

_FILES = [name.removeprefix("html/") for name in SITE if name.startswith("html/")]
_FOLDERS = sorted({name.rpartition("/")[0] for name in _FILES if "/" in name})


def _words(text: str) -> list[str]:
    return text.split()


APPS = (
    App("hello", ("routes",), Words(_words("/ / / /missing // /."))),
    App(
        "json_cors",
        ("routes", "cors"),
        Words(
            _words("""
            / / /user /user/ /user/Vader /user/Vader/ /missing /user/Luke%20Skywalker
            /user/%C3%89mile /user/%F0%9F%90%8D /user/%FF /user/a%2Fb /user/a+b /user/.. /user/%22
            """),
            ("cors", "cors", "connection", "anything"),
            share=3,
        ),
        home="/user/Vader",
    ),
    App(
        "static_files",
        ("files",),
        Words(
            (
                *["/"] * 8,
                *["/note.txt", "/large.bin", "/docs/", "/docs"] * 4,
                *(f"/{quote(name)}{end}" for name in (*_FILES, *_FOLDERS) for end in ("", "/")),
                *["/missing", "/missing/", "/../secret.txt", "/../html-private/secret.txt"],
                "/../html/note.txt",
            ),
            ("conditions", "ranges", "ranges", "cors", "connection", "anything"),
            share=8,
        ),
        others={"static_files_404": Variant(site="SITE_404", reseeded=True)},
    ),
    App(
        "basic_auth",
        ("routes", "auth"),
        Words(
            _words("/ / / / /missing"),
            ("authorization", "authorization", "cors", "connection", "anything"),
            share=2,
        ),
    ),
    App(
        "sse",
        ("routes", "cors", "stream"),
        Words(
            _words("/ / /missing /stream/ /stream /stream"),
            ("cors", "cors", "connection", "anything"),
            share=2,
        ),
        home="/stream",
        usual=Variant(interval=0.02),
        others={
            "documented_sse": Variant(reseeded=True),
            "slow_sse": Variant(interval=0.4),
            "silent_stream": Variant(interval=15.5, idle=True),
            "silent_sse": Variant(interval=40, idle=True),
        },
    ),
)
"""In the order of tables."""


def having(*traits: Trait) -> tuple[str, ...]:
    """The names of the apps with any of these traits."""
    return tuple(app.name for app in APPS if {*traits} & {*app.traits})
