"""What `clients --json` would write of three clients: one is right, one is not, one did not run.

The streams: one by the standard, and two of the app, by two releases of sse-starlette each.
"""

import json
from pathlib import Path
from typing import Any

from tests.miniatures.run_files import MARKUP

LINK = "https://example.org/issues/1"
STREAMS = (("crlf", "lines"), ("sse-starlette-2.4.1", "app"), ("sse-starlette-3.0.0", "app"))


def _client(name: str, *differences: tuple[str, str, str]) -> dict[str, Any]:
    streams = [
        {"stream": stream, "behaviour": behaviour, "difference": what, "known": why, "link": link}
        for (stream, behaviour), (what, why, link) in zip(STREAMS, differences, strict=False)
    ]
    return {"client": name, "version": "1.0", "not_judged": "", "streams": streams}


RIGHT = ("", "", "")
DATA = {
    "clients": [
        _client("right", RIGHT, RIGHT, RIGHT),
        _client("wrong", ("1 event lost", "CRLF ends no event", LINK), RIGHT, (MARKUP, "", "")),
        _client("absent") | {"not_judged": "there is no node"},
    ],
    "releases": {
        "sse-starlette-2.4.1": ["2.4.1", "2.5.0"],
        "sse-starlette-3.0.0": ["3.0.0", "3.0.1"],
    },
    "not_recorded": ["sse-starlette-3.0.2: did not start"],
}


def written(path: Path) -> Path:
    path.write_text(json.dumps(DATA), "utf-8")
    return path
