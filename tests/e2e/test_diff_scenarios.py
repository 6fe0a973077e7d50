"""Defects that no single request shows, planted in uvicorn: `diff` finds each by a scenario."""

import json
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff import reference_apps as diff
from starlette_conformance.stacks.patched_copies import copied, replace_text
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.provision import provision

COMPLETE = """    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
"""
CLOSE = """        self.responses = getattr(self, "responses", 0) + 1
        if self.responses == 3:
            self.transport.close()
"""

DEFECTS = {
    "closes after the third request": (
        "uvicorn/protocols/http/h11_impl.py",
        COMPLETE,
        f"{COMPLETE}{CLOSE}",
    ),
    "keeps its first date": ("uvicorn/server.py", "if counter % 10 == 0:", "if counter == 0:"),
    "gives up on an idle connection after 3 s": (
        "uvicorn/config.py",
        "self.timeout_keep_alive = timeout_keep_alive",
        "self.timeout_keep_alive = 3",
    ),
    "says goodbye in other words": ("uvicorn/server.py", '"Shutting down"', '"Shutting up"'),
    "ends with another status": (
        "uvicorn/server.py",
        "signal.raise_signal(captured_signal)",
        "raise SystemExit(7)",
    ),
}
"""What stands in a file of uvicorn 0.54.0, and what is put in its place."""

SEEN = {
    "closes after the third request": ("number of responses", "5", "3"),
    "keeps its first date": ("dates on the connection", "2 dates in", "1 date in"),
    "gives up on an idle connection after 3 s": (
        "end of the connection",
        "closed after 5 s",
        "closed after 3 s",
    ),
    "says goodbye in other words": ("log", "Shutting down", "Shutting up"),
    "ends with another status": ("exit status", "-15", "7"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("planted")
    damaged = copied(provision(catalogue().named("starlette-1.10.0")).interpreter, folder / "copy")
    for file, old, new in DEFECTS.values():
        replace_text(folder / "copy", file, old, new)
    names = (
        "hello is sent five requests on a connection",
        "two responses of a connection are seconds apart",
        "a client pauses after a response",
        "SIGTERM after a request",
    )
    chosen = [scenario for scenario in ledger().scenarios if scenario.name in names]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "corpus", lambda _: [])
        patch.setattr(diff, "chosen_scenarios", lambda _: chosen)
        code = main(["diff", "1.10.0", str(damaged), "--json", str(folder / "diff.json")])
    data: dict[str, Any] = json.loads((folder / "diff.json").read_text("utf-8"))
    return data | {"code": code}


@pytest.mark.timeout(120)  # scenarios that wait, and twice again
@pytest.mark.parametrize("defect", SEEN)
def test_a_defect_that_no_request_shows_is_found(defect: str, found: dict[str, Any]) -> None:
    where, before, after = SEEN[defect]
    assert any(
        difference["where"].endswith(where)
        and before in str(difference["before"])
        and after in str(difference["after"])
        for group in found["unexplained"]
        for exchange in group["exchanges"]
        for difference in exchange["remaining"]
    )


def test_what_no_scenario_foresees_ends_with_1(found: dict[str, Any]) -> None:
    assert found["code"] == 1
    assert found["scenarios"]["unexplained"] == 4
    assert found["explained"] == []
