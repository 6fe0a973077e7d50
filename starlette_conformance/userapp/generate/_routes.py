"""Prints the routes of an app as JSON: run by the app's interpreter, in its folder.

    python _routes.py module:app FILE [factory]

Any Python 3 reads this, and it imports nothing but the app.
"""

import importlib
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEEPEST = 20
SECONDS = 30
OF_THE_DOCUMENT = ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url")
"""Attributes of a FastAPI app."""


def load(name: str, is_factory: bool) -> Any:
    module, _, attribute = name.partition(":")
    sys.path.insert(0, "")
    found: Any = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found() if is_factory else found


def walk(routes: Any, prefix: str, depth: int) -> Iterator[Any]:
    """Path, methods and converters of each, with those below a mount."""
    for route in routes or ():
        path = prefix + (getattr(route, "path", None) or "")
        path += getattr(getattr(route, "include_context", None), "prefix", None) or ""
        of = route if hasattr(route, "routes") else getattr(route, "app", None)
        below = getattr(getattr(route, "original_router", of), "routes", None)
        if below and depth < DEEPEST and not getattr(route, "methods", None):
            yield from walk(below, path, depth + 1)
            continue
        converters = getattr(route, "param_convertors", None) or {}
        yield {
            "path": path,
            "methods": sorted(getattr(route, "methods", None) or ()),
            "websocket": "WebSocket" in type(route).__name__,
            "mount": type(route).__name__ in ("Mount", "Host"),
            "converters": {str(n): type(c).__name__ for n, c in converters.items()},
        }


def main() -> None:
    signal.alarm(SECONDS)  # which ends it: what is imported may serve, or wait
    app = load(sys.argv[1], "factory" in sys.argv[3:])
    urls = {name: getattr(app, name, None) for name in OF_THE_DOCUMENT}
    given = {name: url for name, url in urls.items() if isinstance(url, str)}
    found = {
        "routes": list(walk(getattr(app, "routes", None), "", 0)),
        "openapi_url": given.get("openapi_url", ""),
        "about_the_document": sorted(given.values()),
    }
    Path(sys.argv[2]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
