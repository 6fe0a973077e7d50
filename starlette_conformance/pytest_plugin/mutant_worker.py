"""Judging mutants: a plugin of pytest that collects the specs once, and forks for each judgement.

Requests come on standard input, a line of JSON each. Each gets a reply, a line on the descriptor
that the variable REPLIES names, and the first line of all has the specs by node id: the `app`, all
`apps`, the names of the `variants` that it needs, and whether it `waits` for something. A request
is
    specs    node ids, in the order in which they are judged
    ahead    a folder whose packages come before those installed
    folder   where run files go
    seconds  after so many the judgement is killed
    all      whether it goes on after a spec that fails
and its reply
    failed   by node id what was wrong with those that failed
    seconds  by node id how long each took
or null where it took too long. With a file `current` in `ahead`, it has the number of the spec
under way, from 1, in four bytes.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.model.stack import Stack
from starlette_conformance.process._die_with_parent import die_with_parent
from starlette_conformance.pytest_plugin.needs import app_of, is_slow, scenarios_of, servers_of
from starlette_conformance.pytest_plugin.session import JUDGING, Judging
from starlette_conformance.stacks.project import variants
from starlette_conformance.stacks.provision import provision

REPLIES = "STARLETTE_CONFORMANCE_REPLIES"
LINES = 4
"""So many are kept of what was wrong."""


class Failed:
    """What was wrong with the specs that failed, by node id."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            said = report.longreprtext.splitlines()
            lines = [line[1:].strip() for line in said if line.startswith("E")] or said[-1:]
            self.reasons.setdefault(report.nodeid, "\n".join(lines[:LINES]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    judging = session.config.stash[JUDGING]
    ((name, target),) = judging.targets.items()
    environment = provision(target) if isinstance(target, Stack) else target
    items = {item.nodeid: item for item in session.items if isinstance(item, pytest.Function)}
    replies = int(os.environ.pop(REPLIES))
    write_reply(replies, {spec: needs(item) for spec, item in items.items()})
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            become_one_that_judges()
            judging.targets[name] = replace(environment, ahead=Path(request["ahead"]))
            judge(session, judging, [items[spec] for spec in request["specs"]], request, writing)
        os.close(writing)
        reply = reply_of(reading, child, request["seconds"])
        write_reply(replies, json.loads(reply) if reply else None)
    return True


def needs(item: pytest.Function) -> dict[str, Any]:
    needed = sorted(servers_of(item))
    app = app_of(item)
    names = {*needed, *(scenario.variant for scenario in scenarios_of(item))}
    apps = sorted({app, *(variants()[name][0].name for name in names)})
    return {
        "app": app,
        "apps": apps,
        "variants": needed,
        "waits": is_slow(item),
    }


def write_reply(replies: int, what: Any) -> None:
    data = json.dumps(what).encode() + b"\n"
    while data:
        data = data[os.write(replies, data) :]


def reply_of(reading: int, child: int, seconds: float) -> bytes:
    """What the child says before it ends; nothing where it does not end in time."""
    said, deadline = b"", time.monotonic() + seconds
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if not (part := pipe.read(1 << 20)):
                break
            said += part
        else:
            said = b""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return said


def become_one_that_judges() -> None:
    die_with_parent()
    sys.stdin.close()


def judge(
    session: pytest.Session,
    judging: Judging,
    items: Sequence[pytest.Function],
    request: dict[str, Any],
    writing: int,
) -> None:
    """Judge, reply, and end with no more ado: what was started dies with this process."""
    failed, seconds = Failed(), dict[str, float]()
    current = Path(request["ahead"], "current")
    judging.folder = Path(request["folder"])
    judging.needed.clear()
    for item in items:
        judging.needed[str(item.callspec.params["environment"])] |= servers_of(item)
    session.items[:] = items
    session.config.pluginmanager.register(failed)
    for number, item in enumerate(items, 1):
        number_of(current, number)
        began = time.monotonic()
        following = items[number] if number < len(items) else item
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds[item.nodeid] = round(time.monotonic() - began, 3)
        if failed.reasons and not request["all"]:
            break
    write_reply(writing, {"failed": failed.reasons, "seconds": seconds})
    os._exit(0)


def number_of(current: Path, number: int) -> None:
    """Say which spec is under way, to whom it may concern."""
    if current.exists():
        with current.open("r+b") as file:
            file.write(number.to_bytes(4, "little"))
