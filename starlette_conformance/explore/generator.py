"""Requests that nobody thought of: the words of each app, put together by chance.

The same seed gives the same requests.
"""

from collections.abc import Sequence
from random import Random

from starlette_conformance.explore import grammar as words
from starlette_conformance.explore.script_routes import words_of
from starlette_conformance.model.app import Words
from starlette_conformance.model.request import Request
from starlette_conformance.replay.clients import http_clients
from starlette_conformance.stacks.project import apps

OUT_OF_TEN = 10


def generated(count: int, seed: int) -> list[Request]:
    """`count` requests, each app's by its share; none to an app of `without_words`."""
    found: list[Request] = []
    words = app_words()
    left, shares = count, sum(known.share for known in words.values())
    for app, known in words.items():
        here = round(left * known.share / shares)
        left, shares = left - here, shares - known.share
        random = Random(f"{seed} {app}")  # noqa: S311  (chance, no secret)
        found += [Request(app, _request(known, random)) for _ in range(here)]
    return found


def app_words() -> dict[str, Words]:
    """By app what its requests are made of, where there is something."""
    return {name: known for name, app in apps().items() if (known := words_of(app))}


def without_words() -> list[str]:
    """The apps that get no random request: their rows have no words, their scripts no routes."""
    return [name for name, app in apps().items() if not words_of(app)]


def _request(known: Words, random: Random) -> bytes:
    method = random.choice(words.METHODS)
    headers = [("Host", random.choice(words.HOSTS)) if _rarely(random) else ("Host", words.HOST)]
    if _rarely(random):
        headers = client_headers(random)
    topics = [words.TOPICS[name] for name in known.topics]
    for topic in random.sample(topics, k=min(len(topics), random.choice((0, 1, 1, 2, 3)))):
        headers += [(name, value_of(values, random)) for name, values in random.choice(topic)]
    body = b""
    if method not in {"GET", "HEAD"} or random.random() < 0.03:
        framing, body = random.choice(words.BODIES)
        headers += framing
    random.shuffle(headers)
    version = random.choice(words.VERSIONS)
    head = f"{method} {target(known.paths, random)} {version}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers)
    data = head.encode()
    if random.random() < 0.01:
        data = damaged(data, random)
    return data + b"\r\n" + body


def client_headers(random: Random) -> list[tuple[str, str]]:
    """The header lines of a client, but for the tag of a reload."""
    lines = [line.partition(":") for line in random.choice(http_clients()).headers]
    return [(name, value.strip()) for name, _, value in lines if value.strip() != "ETAG"]


def value_of(values: words.Values, random: Random) -> str:
    return values(random) if callable(values) else random.choice(values)


def target(paths: Sequence[str], random: Random) -> str:
    found = random.choice(paths if random.random() < 0.8 else words.ODD_PATHS)
    while random.random() < 0.2:
        place = random.randrange(len(found) + 1)
        piece = random.choice(words.PIECES)
        kind = random.randrange(4)
        if kind == 0:
            found = found[:place] + piece + found[place:]
        elif kind == 1:
            found += piece
        elif kind == 2 and place < len(found) and found[place] not in "%/":
            found = f"{found[:place]}%{ord(found[place]) & 0xFF:02X}{found[place + 1 :]}"
        elif kind == 3:
            found += random.choice(words.QUERIES)
    return found if found.startswith("/") or _rarely(random) else f"/{found}"


def damaged(head: bytes, random: Random) -> bytes:
    """The head with a byte changed; its lines still end."""
    place = random.randrange(len(head) - 2)
    return head[:place] + bytes([random.randrange(256)]) + head[place + 1 :]


def _rarely(random: Random) -> bool:
    return random.randrange(OUT_OF_TEN) == 0
