"""A package that somebody changed in place is named as the cause of what nothing explains."""

from pathlib import Path

import pytest

from starlette_conformance.diff import cause_lines
from starlette_conformance.diff.causes_of_stacks import with_causes
from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.stacks.patched_copies import Defect, plant
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.provision import of_interpreter, provision


@pytest.fixture
def changed(tmp_path: Path) -> Environment:
    """A copy of the documented stack whose responses have one header more."""
    environment = provision(catalogue().named("documented"))
    place = 'populate_content_type = b"content-type" not in keys'
    changed = f'{place}; raw_headers.append((b"x-changed", b"1"))'
    header = Defect("one header more", "hello", "starlette/responses.py", place, changed)
    return of_interpreter(str(plant(environment.interpreter, tmp_path / "venv", header)))


def test_a_changed_package_is_the_cause(changed: Environment) -> None:
    older = provision(catalogue().named("documented"))
    lines = [f"DELETE {target} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n" for target in ("/", "/no")]
    requests = [SentRequest("hello", Request("hello", line.encode())) for line in lines]
    found = live.compare(Comparison(older, changed, ledger()), requests)
    found = with_causes(found, older, changed, requests, 60, lambda: None)
    causes = {line for group in found.unexplained for line in cause_lines.of_group(found, group)}
    package = f"starlette {older.packages['starlette']}"
    assert causes == {f"cause: {package}, with other files on NEW (proved both ways)"}
