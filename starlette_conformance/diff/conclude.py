"""How a diff ends: its files, the verdict on the terminal, and the exit code."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from starlette_conformance.diff import files
from starlette_conformance.diff.annotations import as_annotations
from starlette_conformance.diff.junit_cases import as_junit
from starlette_conformance.diff.terminal import render
from starlette_conformance.diff.verdict import render_verdict
from starlette_conformance.explain.exit_code import exit_code
from starlette_conformance.explain.result import Diff
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.stacks import pages

FORMATS: Mapping[str, Callable[..., str]] = {
    "json": files.as_json,
    "markdown": files.as_markdown,
    "html": files.as_html,
    "junit": as_junit,
    "annotations": as_annotations,
}
"""By option; each takes what --fail-on names, too."""


def conclude(
    diff: Diff,
    chosen: Mapping[str, Path],
    fail_on: Collection[str],
    to: Console,
    unwritten: Unwritten | None = None,
) -> int:
    """Write the files, and print. The exit code. Raises Failure as `pages.conclude`."""
    code = exit_code(diff, fail_on)
    if code == 1 and exit_code(diff) != 1:
        diff = replace(diff, fails_on=tuple(fail_on))
    pages.conclude(
        chosen,
        lambda name: FORMATS[name](diff, fail_on),
        diff.command,
        to,
        partial(render, diff, to),
        partial(render_verdict, diff, to),
        unwritten,
    )
    return code
