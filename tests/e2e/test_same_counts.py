"""Two stacks differ alike wherever one looks: `diff`, `report`, `explore` and `judge` count the
same by severity and by change, whether responses come from running stacks or from run files.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from starlette_conformance.__main__ import main
from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.groups import PARSER
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.explore.neighbours import compare_neighbours
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.runs.run_reader import load_start
from starlette_conformance.runs.sessions import judge
from starlette_conformance.stacks.project import ROOT, ledger
from starlette_conformance.stacks.targets import provisioned

PAIRS = {
    ("starlette-0.46.1", "starlette-1.10.0"): ("status", "RANGES_SPLIT"),
    ("starlette-0.13.8", "starlette-0.46.1"): ("framing", "EMPTY_BODY_HAS_LENGTH"),
    ("documented", "latest"): ("status", PARSER),  # httptools, and h11
    ("uvicorn==0.30.0", "uvicorn==0.53.0"): ("value", "FORWARDED_SCHEME_CHECKED"),
    ("sse-starlette==1.3.4,starlette==0.27.0", "sse-starlette==2.1.3,starlette==0.27.0"): (
        "value",
        "STREAM_NOT_STORED",
    ),
}
"""Two stacks, and a severity and a change that must be among what differs."""

SPECS = {
    ("static_files/test_parts.py", "every_app/test_http_1_0.py"): [*PAIRS][:2],
    ("edge/test_expect.py", "edge/test_upgrades.py"): [*PAIRS][2:3],
    ("edge/test_proxy.py",): [*PAIRS][3:4],
    ("sse/test_sse.py", "streams/test_pings.py"): [*PAIRS][4:],
}
"""A few of what the pairs differ in: all take minutes."""


@pytest.fixture(scope="module")
def run_files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """By stack, the run file of some specs."""
    folder = tmp_path_factory.mktemp("runs")
    for number, (files, pairs) in enumerate(SPECS.items()):
        stacks = {stack for pair in pairs for stack in pair}
        specs = [str(ROOT / "specs" / file) for file in files]
        quiet = Console(quiet=True)
        chosen = dict.fromkeys(stacks, specs)
        judge([*stacks], folder / str(number), 1, ["-k", "not browser"], quiet, chosen)
    starts = {path: load_start(path) for path in folder.rglob("*.jsonl")}
    return {start.stack: path for path, start in starts.items() if start}


@pytest.mark.timeout(300)  # the first waits for the run files of all
@pytest.mark.parametrize("pair", PAIRS)
def test_every_output_counts_the_same(
    pair: tuple[str, str], run_files: Mapping[str, Path], tmp_path: Path
) -> None:
    older, newer = (RunResponses.read(run_files[stack]) for stack in pair)
    requests = [sent for sent in older.responses if sent in newer.responses]
    played = older.outcomes.keys() & newer.outcomes.keys()
    comparison = Comparison(provisioned(pair[0]), provisioned(pair[1]), ledger())
    scenarios = [
        scenario
        for scenario in ledger().scenarios
        if scenario.name in played and comparison.wants_scenario(scenario)
    ]
    diff = counts(live.compare(comparison, requests, scenarios=scenarios))
    of_requests, of_scenarios = diff
    severity, change = PAIRS[pair]
    assert of_requests["severities"][severity]
    assert of_requests["changes"][change]
    if "sse-starlette" in pair[0]:
        assert {"PINGS_ARE_COMMENTS", "PING_TIME_HAS_ZONE"} <= set(of_requests["changes"])
    if "uvicorn" in pair[0]:
        assert {"FORWARDED_CLIENT_USABLE", "FORWARDED_PORT_KEPT"} <= set(of_scenarios["changes"])
    assert (of_requests["compared"], of_requests["unexplained"]) == (len(requests), 0)
    assert (of_scenarios["compared"], of_scenarios["unexplained"]) == (len(scenarios), 0)
    assert reported(run_files, pair, tmp_path) == diff
    assert counts(compare_runs(older, newer, ledger())) == diff
    assert counts(explored(pair, requests, scenarios)) == diff


Counts = tuple[dict[str, Any], dict[str, Any]]
"""Of requests, and of scenarios."""


def counts(diff: Diff) -> Counts:
    return diff.counts, diff.counts_of_scenarios


def reported(run_files: Mapping[str, Path], pair: tuple[str, str], folder: Path) -> Counts:
    target = folder / "data.json"
    assert main(["report", *(str(run_files[stack]) for stack in pair), "--json", str(target)]) == 0
    data = json.loads(target.read_text("utf-8"))
    assert [data["stacks"][number]["name"] for number in data["pair"]] == list(pair)
    return data["counts"], data["counts_of_scenarios"]


def explored(pair: tuple[str, str], requests: list[SentRequest], scenarios: list[Scenario]) -> Diff:
    stacks = [partial(provisioned, stack) for stack in pair]
    (diff,) = compare_neighbours(stacks, {pair}, requests, ledger(), 2, scenarios=scenarios)
    return diff
