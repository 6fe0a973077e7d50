"""The working directory of `static_files`: the documented page, and what the specs ask for."""

from pathlib import Path

PAGE = (Path(__file__).parent.parent / "apps" / "html" / "index.html").read_bytes()

SITE: dict[str, bytes | None] = {
    "html/index.html": PAGE,
    "html/docs/index.html": b"<p>The documentation</p>\n",
    "html/empty": None,
    "html/note.txt": b"A note\n",
    "html-private/secret.txt": b"s3cr3t!\n",
    "secret.txt": b"s3cr3t!\n",
}
"""Contents by path; None is an empty folder. What is not below `html` must never be served."""
