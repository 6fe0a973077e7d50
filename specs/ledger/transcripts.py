"""The documented transcripts, and each way to replay one on a running app."""

import shutil
from pathlib import Path

from starlette_conformance.http import curl_transcripts
from starlette_conformance.http.client import Client
from starlette_conformance.http.curl_transcripts import Transcript
from starlette_conformance.model.log_lines import Lines

FOLDER = Path(__file__).parent.parent / "transcripts"
WAYS = ("recorder", "curl") if shutil.which("curl") else ("recorder",)


def transcript(name: str) -> Transcript:
    return Transcript.read(FOLDER / f"{name}.txt")


def replay(name: str, client: Client, way: str) -> Lines:
    return curl_transcripts.replay(transcript(name), client, way)
