"""Replaying a documented transcript on a running app, in each way that there is."""

import shutil
from pathlib import Path

from harness.client import Client
from harness.lines import Lines
from harness.transcripts import Transcript, as_curl_prints, by_curl

FOLDER = Path(__file__).parent / "transcripts"
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
