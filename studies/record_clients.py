"""Record the header lines that HTTP clients send, for `starlette_conformance/replay/clients.toml`.

`python -m studies.record_clients` prints an entry for each client that runs here. What a client
sends of a server's (a cookie, the tag of a reload) it was given before, by the recording server.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from socketserver import StreamRequestHandler, ThreadingTCPServer

from starlette_conformance.process.browser import chromium

RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n"
    b'ETag: "%b"\r\nLast-Modified: Sat, 12 Apr 2025 01:03:00 GMT\r\n'
    b"Cache-Control: no-cache\r\n\r\n%b"
)
PAGE = b"<script>fetch('/fetched'); new EventSource('/events')</script>"
TAG = b"0" * 32
SECONDS = 60.0
AIOHTTP = """\
import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as session:
        await session.get('{url}')
asyncio.run(main())
"""

WITH_UV = ["uv", "run", "--quiet", "--no-project", "--with"]
COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "curl": lambda url: ["curl", "-s", url],
    "curl --compressed": lambda url: ["curl", "-s", "--compressed", url],
    "Python urllib": lambda url: [
        *("python3", "-c"),
        f"import urllib.request as r; r.urlopen('{url}')",
    ],
    "httpx": lambda url: [*WITH_UV, "httpx", "python", "-c", f"import httpx; httpx.get('{url}')"],
    "requests": lambda url: [
        *(*WITH_UV, "requests", "python", "-c"),
        f"import requests; requests.get('{url}')",
    ],
    "aiohttp": lambda url: [
        *(*WITH_UV, "aiohttp", "python", "-c"),
        AIOHTTP.format(url=url),
    ],
    "Node fetch": lambda url: ["node", "-e", f"fetch('{url}')"],
}


@contextmanager
def recording() -> Iterator[tuple[int, list[list[str]]]]:
    """A server, its port, and the heads of the requests that it gets."""
    heads: list[list[str]] = []

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            lines = []
            while line := self.rfile.readline().rstrip(b"\r\n"):
                lines.append(line.decode("latin-1"))
            heads.append(lines)
            self.wfile.write(RESPONSE % (len(PAGE), TAG, PAGE))

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1], heads
        finally:
            server.shutdown()


def entry(name: str, head: list[str], port: int) -> str:
    """An entry of the file: the lines in their order, with PORT for the port, and ETAG."""
    lines = [line.replace(f":{port}", ":PORT") for line in head[1:]]
    lines = [line.replace(f'"{TAG.decode()}"', "ETAG") for line in lines]
    texts = "".join(f"    '''{line}''',\n" for line in lines)
    date = datetime.now(UTC).date()
    return f'[[client]]\nname = "{name}"\nrecorded = {date}\nheaders = [\n{texts}]\n'


def by_browser() -> Iterator[str]:
    with recording() as (port, heads), chromium() as browser:
        page = browser.new_context().new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_timeout(500)
        page.reload()
        page.wait_for_timeout(500)
        names = {"/": "opens a page", "/fetched": "fetches", "/events": "listens to events"}
        seen: set[str] = set()
        for head in heads:
            path = head[0].split(" ")[1]
            tagged = any(line.startswith("If-None-Match") for line in head)
            name = "reloads" if tagged and path == "/" else names.get(path, "")
            if name and name not in seen:
                seen.add(name)
                yield entry(f"Chromium {browser.version} {name}", head, port)


def main() -> None:
    for name, command in COMMANDS.items():
        with recording() as (port, heads):
            subprocess.run(
                command(f"http://127.0.0.1:{port}/"),
                timeout=SECONDS,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            sys.stdout.write(entry(name, heads[0], port) + "\n")
    for text in by_browser():
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
