"""Clusters: differences that nobody explained, put together where they look alike."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette_conformance.model.effects import differing
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request

DOWNLOADS = {
    "starlette": "https://github.com/Kludex/starlette/releases/tag/{}",
    "uvicorn": "https://github.com/Kludex/uvicorn/releases/tag/{}",
    "sse-starlette": "https://github.com/sysid/sse-starlette/releases/tag/v{}",
}
"""Where the notes on a release are."""

COMMON_METHODS = ("GET", "HEAD", "OPTIONS")
WIDTH = 60


@dataclass(frozen=True)
class Finding:
    """A request that two stacks answer differently; `expected` is what known changes predict."""

    request: Request
    expected: Response
    received: Response

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        return differing(self.expected, self.received)

    @property
    def signature(self) -> tuple[str, ...]:
        """What findings of one cluster have in common: where they differ, and how, roughly."""
        method = self.request.method
        shapes = (f"{name}: {shape(a)} -> {shape(b)}" for name, (a, b) in self.fields.items())
        return self.request.app, method if method in COMMON_METHODS else "another method", *shapes


@dataclass(frozen=True)
class Cluster:
    """Findings that look alike, the shortest request first."""

    findings: tuple[Finding, ...]

    @property
    def example(self) -> Finding:
        return self.findings[0]


def clustered(findings: Iterable[Finding]) -> list[Cluster]:
    """The findings by their signature, the most frequent first."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.signature, []).append(finding)
    found = [
        Cluster(tuple(sorted(group, key=lambda each: len(each.request.data))))
        for group in groups.values()
    ]
    return sorted(found, key=lambda cluster: -len(cluster.findings))


def shape(value: Any) -> str:
    """What values of one cluster have in common."""
    if isinstance(value, bytes):
        return "no bytes" if not value else "bytes"
    text = re.sub(r"[0-9a-f]{26,32}", "#", str(value))
    text = re.sub(r"https?://\S+", "URL", text)
    text = re.sub(r"\d{2,}", "N", text) if not isinstance(value, int) else text
    return text if len(text) <= WIDTH else "long text"


def short(value: Any) -> str:
    text = repr(value)
    if len(text) <= 2 * WIDTH:
        return text
    size = f" ({len(value)} bytes)" if isinstance(value, bytes) else ""
    return f"{text[: 2 * WIDTH]}...{size}"


def sentence(cluster: Cluster) -> str:
    """A draft of what changed, in a sentence to complete."""
    request, fields = cluster.example.request, cluster.example.fields
    parts = [_instead(name, *pair) for name, pair in fields.items()]
    line = request.data.split(b"\r\n")[0].decode("latin-1").rpartition(" ")[0]
    return f"{ascii(line)[1:-1][:80]} of {request.app}: {'; '.join(parts)}."


def _instead(name: str, before: Any, now: Any) -> str:
    if name == "body":
        return f"body of {len(now)} bytes instead of {len(before)}"
    return f"{name} {_plain(now)} instead of {_plain(before)}"


def _plain(value: Any) -> str:
    text = "nothing" if value is ABSENT else ascii(value)
    return text.strip("'")[:WIDTH]


def only_difference(older: Environment, newer: Environment) -> str | None:
    """The package that both have, and in whose version alone they differ."""
    found = [(name, *pair) for name, *pair in _versions(older, newer) if pair[0] != pair[1]]
    return found[0][0] if len(found) == 1 and None not in found[0] else None


def _versions(older: Environment, newer: Environment) -> list[tuple[str, str | None, str | None]]:
    ours: Mapping[str, str] = {"python": older.python, **older.packages}
    theirs: Mapping[str, str] = {"python": newer.python, **newer.packages}
    return [(name, ours.get(name), theirs.get(name)) for name in {**ours, **theirs}]


def entry(cluster: Cluster, package: str, release: str) -> str:
    """An entry of specs/ledger/changes.py to complete: name, kind, a better sentence, link."""
    notes = DOWNLOADS.get(package, f"https://pypi.org/project/{package}/{{}}/").format(release)
    fields = (package, release, "change", sentence(cluster), notes)
    lines = "".join(f"    {_quoted(value)},\n" for value in fields)
    return f"NAME_IT = Change(\n{lines})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
