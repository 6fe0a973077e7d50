"""Requests as clients send them: their header lines, crossed with the paths that specs ask for."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from starlette_conformance.model.app import App
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.stacks.project import apps

FILE = Path(__file__).with_name("clients.toml")
SEED = 0
FEW, MOST = 60, 3
"""A client is crossed with the home of an app, with one more path, and with another one for so many
paths that it has, up to a most.
"""


@dataclass(frozen=True)
class HttpClient:
    """What a client sends beside its request line; with `paths`, for these only."""

    name: str
    headers: tuple[str, ...]
    version: str = "HTTP/1.1"
    paths: tuple[str, ...] = ()


@cache
def http_clients() -> tuple[HttpClient, ...]:
    found = []
    for each in tomllib.loads(FILE.read_text("utf-8"))["client"]:
        version = each.get("version", "HTTP/1.1")
        paths = tuple(each.get("paths", ()))
        found.append(HttpClient(each["name"], tuple(each["headers"]), version, paths))
    return tuple(found)


def client_requests(corpus: Sequence[SentRequest]) -> list[SentRequest]:
    """A request of each client for some of the paths of each app."""
    found = []
    for app, row in apps().items():
        tags: dict[str, str] = {}
        for sent in corpus:
            if sent.variant == app and sent.request.method == "GET" and _is_plain(sent.request):
                tag = sent.request.header("if-none-match") or ""
                tags[sent.request.target] = max(tag, tags.get(sent.request.target, ""))
        for client in http_clients():
            for path in _paths(client, row, sorted(tags)):
                data = request_bytes(client, path, tags)
                found.append(SentRequest(app, Request(app, data)))
    return list(dict.fromkeys(found))


def _paths(client: HttpClient, app: App, known: Sequence[str]) -> Sequence[str]:
    if client.paths:
        return client.paths
    random = Random(f"{SEED} {app.name} {client.name}")  # noqa: S311  (chance, no secret)
    return [app.home, *random.sample(known, min(1 + len(known) // FEW, MOST, len(known)))]


def _is_plain(request: Request) -> bool:
    target = request.target
    written = target.startswith("/") and target.isascii() and " " not in target
    return request.is_head and written and len(target) < 100


def request_bytes(client: HttpClient, path: str, tags: Mapping[str, str]) -> bytes:
    """Its request; a line with a tag is left out where none is known of the path."""
    tag = tags.get(path, "")
    headers = [each.replace("ETAG", tag) for each in client.headers if tag or "ETAG" not in each]
    lines = (f"GET {path} {client.version}", *headers, "")
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
