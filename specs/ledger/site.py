"""The working directory of `static_files`: the documented page, and what the specs ask for."""

from pathlib import Path

from starlette_conformance.model.site import Content, Link, Pipe

PAGE = (Path(__file__).parent.parent.parent / "apps" / "html" / "index.html").read_bytes()
DOCS = b"<p>The documentation</p>\n"
NOTE = b"A note\n"
SECRET = b"s3cr3t!\n"
MISSING = b"<p>There is no such page, nor was there ever</p>\n"
LARGE = b"".join(b"%07d\n" % number for number in range(16_509))
CHUNK = LARGE[: 64 * 1024]
"""As much as Starlette reads of a file at a time."""
HUGE = b"".join(b"%07d\n" % number for number in range(25_000))
"""More than three times as much."""

SITE: dict[str, Content] = {
    "html/index.html": PAGE,
    "html/docs/index.html": DOCS,
    "html/docs/part/index.html": NOTE,
    "html/empty": None,
    "html/note.txt": NOTE,
    "html/nothing.txt": b"",
    "html/chunk.bin": CHUNK,
    "html/less.bin": LARGE[: len(CHUNK) - 1],
    "html/more.bin": LARGE[: len(CHUNK) + 1],
    "html/large.bin": LARGE,
    "html/huge.bin": HUGE,
    "html/LICENSE": NOTE,
    "html/.hidden": NOTE,
    "html/.well-known/security.txt": NOTE,
    "html/data.unknown": NOTE,
    "html/style.css": NOTE,
    "html/data.json": NOTE,
    "html/image.png": NOTE,
    "html/image.svg": NOTE,
    "html/files.tar.gz": NOTE,
    "html/UPPER.TXT": NOTE,
    "html/two words.txt": NOTE,
    "html/gr\u00fc\u00dfe.txt": NOTE,
    "html/back\\slash.txt": NOTE,
    "html/100%25.txt": NOTE,
    "html/a+b.txt": NOTE,
    "html/...": NOTE,
    "html/folder.txt/index.html": DOCS,
    "html/two words/index.html": DOCS,
    "html/gr\u00fcn/index.html": DOCS,
    "html/a?b/index.html": DOCS,
    "html/a#b/index.html": DOCS,
    "html/100%/index.html": DOCS,
    "html/odd/index.html/note.txt": NOTE,
    "html/link.txt": Link("note.txt"),
    "html/up.txt": Link("../html/note.txt"),
    "html/linked": Link("docs"),
    "html/out.txt": Link("../secret.txt"),
    "html/outside": Link("../html-private"),
    "html/absolute.txt": Link("/etc/passwd"),
    "html/dangling.txt": Link("missing.txt"),
    "html/loop.txt": Link("loop.txt"),
    "html/pipe.txt": Pipe(),
    "html-private/index.html": SECRET,
    "html-private/secret.txt": SECRET,
    "secret.txt": SECRET,
}
"""Contents by path. What is not below `html` must never be served."""

SITE_404: dict[str, Content] = {
    "html/index.html": PAGE,
    "html/404.html": MISSING,
    "html/docs/index.html": DOCS,
    "html/docs/404.html": NOTE,
    "html/\\\\server\\share": NOTE,
    "html/empty": None,
    "html/note.txt": NOTE,
    "secret.txt": SECRET,
}
"""A site with a page of its own for what is not there."""
