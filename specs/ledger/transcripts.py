"""Replaying a documented transcript on a running app, in each way that there is."""

import shutil
from pathlib import Path

from starlette_conformance.http.client import Client
from starlette_conformance.http.curl_transcripts import Transcript, as_curl_prints, by_curl
from starlette_conformance.model.log_lines import Lines

FOLDER = Path(__file__).parent.parent / "transcripts"
WAYS = ("recorder", "curl") if shutil.which("curl") else ("recorder",)


def transcript(name: str) -> Transcript:
    return Transcript.read(FOLDER / f"{name}.txt")


def replay(name: str, client: Client, way: str) -> Lines:
    """The lines that come out today, comparable with those of the transcript."""
    documented = transcript(name)
    if way == "curl":
        lines = by_curl(documented, client.port, client.host)
    else:
        method, target, headers = documented.request
        exchange = client.request(method, target, headers, chunks=documented.chunks)
        lines = as_curl_prints(exchange)
    return Lines(lines, client.environment)
