"""Specs that need a package of an extra that is not installed: not judged, and that is shown."""

from collections.abc import Generator

import pytest

from starlette_conformance.model.extras import lacking
from starlette_conformance.pytest_plugin.session import JUDGING


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that cannot import such a package is skipped; any other error stays one."""
    report = yield
    call: pytest.CallInfo[object] | None = getattr(report, "call", None)
    cause = call.excinfo.value.__cause__ if call and call.excinfo else None
    if isinstance(cause, ModuleNotFoundError) and (extra := lacking(cause.name)):
        report.outcome = "skipped"
        report.longrepr = str(collector.path), 1, f"Skipped: needs {extra}"
        judging = collector.config.stash[JUDGING]
        judging.not_judged.append(f"{collector.nodeid} needs {extra}")
        judging.lacking_extras.add(collector.path)
    return report
