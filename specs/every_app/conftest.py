"""All apps, for specs of what holds for each."""

import pytest

from starlette_conformance.http.client import Client


@pytest.fixture
def apps(
    hello: Client, json_cors: Client, static_files: Client, basic_auth: Client, sse: Client
) -> list[Client]:
    return [hello, json_cors, static_files, basic_auth, sse]
