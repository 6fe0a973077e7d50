"""What locust's web UI, and the report to download there, show on top: the stacks, and the verdict
with its figures, in the terminal's words.
"""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from locust.env import Environment
from rich.console import Console

import _report
from _aggregate import servers
from _state import run
from starlette_conformance.load.results_file import Results
from starlette_conformance.load.run_verdict import Verdict

BAND = Path(__file__).with_name("_band.html").read_text("utf-8")
ROOT = '<div id="root"></div>'
"""Where locust's own page begins, in both of its templates."""

PATH = "/conformance"
COLUMNS = 100
UNDER_WAY = {"spawning": "Users are being started.", "running": "The run is under way."}


def add_band(environment: Environment, verdict: Callable[[], Verdict]) -> None:
    """To the pages of locust's web UI, where it has one."""
    ui = environment.web_ui
    if ui is None or ui.app is None:
        return
    dumps = ui.app.json.dumps

    def conformance() -> dict[str, Any]:
        return shown(verdict)

    guarded = ui.auth_required_if_enabled(conformance)  # type: ignore[no-untyped-call]
    ui.app.add_url_rule(f"{run.options.web_base_path or ''}{PATH}", view_func=guarded)

    @ui.app.after_request
    def with_band(response: Any) -> Any:
        if response.mimetype == "text/html" and not response.direct_passthrough:
            before, root, after = response.get_data(as_text=True).rpartition(ROOT)
            if root:
                data = dumps(shown(verdict)).replace("<", "\\u003c")
                response.set_data(before + BAND.replace("DATA", data) + root + after)
        return response


def shown(verdict: Callable[[], Verdict]) -> dict[str, Any]:
    """The stacks, what is to be said, how it looks, and the tables, if any may be shown."""
    data = {"stacks": _report.stacks(servers()), "tables": ""}
    if run.results is None:
        runner = run.environment.runner
        state = UNDER_WAY.get(runner.state if runner else "", "No run has ended yet.")
        return data | {"looks": "none", "headline": state, "sentences": []}
    return data | _ended(run.results, verdict())


def _ended(results: Results, verdict: Verdict) -> dict[str, Any]:
    headline, sentences = _report.conclusion(results, verdict)
    screen = Console(file=StringIO(), width=COLUMNS)
    _report.print_tables(results, verdict, screen)
    assert isinstance(screen.file, StringIO)
    return {
        "looks": {0: "good", 1: "bad"}.get(verdict.exit_code, "doubt"),
        "headline": headline,
        "sentences": sentences,
        "tables": screen.file.getvalue().strip("\n"),
    }
