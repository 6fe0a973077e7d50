"""A whole axis under kill -9 of some server or worker every few seconds.

Whatever is killed, each stack is judged to its end, or named as one that was not, and the exit code
tells that.
"""

import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from starlette_conformance.stacks.project import catalogue
from tests.chaos.killing import Place, Role, end, members, started
from tests.chaos.kills import HARNESS, is_app, is_forker, is_session, read

ROLES: dict[str, Role] = {"session": is_session, "forker": is_forker, "app": is_app}
POLL_SECONDS = 0.2
LIMIT_SECONDS = 3600.0
NAMED = re.compile(r"^(?:NOT JUDGED|CUT OFF) ([^\s:]+)", re.MULTILINE)
ROW = re.compile(r"^│ (\S+) .*(?:harness error|did not start|not installable)", re.MULTILINE)
"""A row of the closing table with verdicts that are none on the stack."""


def axis(
    folder: Path, cache: Path, stacks: int, period: float, seed: int, words: Sequence[str]
) -> tuple[str, list[str]]:
    """Judge so many releases of Starlette (0: all), killing one process every `period` seconds.

    What came of it, and a sentence on each thing that was wrong. `words` are pytest's.
    """
    every = [name for name, stack in catalogue().stacks.items() if stack.axis == "starlette"]
    asked = every[-stacks:]
    chosen = [word for name in asked for word in ("--stack", name)]
    place, chance = Place(folder, cache), random.Random(seed)
    command = [*HARNESS, "judge", *chosen, "--runs", str(place.runs), "--", *words]
    began, killed = time.monotonic(), Counter[str]()
    process = started(command, place, {})
    try:
        due = began + period
        while process.poll() is None and time.monotonic() < began + LIMIT_SECONDS:
            time.sleep(POLL_SECONDS)
            if time.monotonic() >= due:
                role = chance.choice([*ROLES])
                killed[role] += _kill_one(place, ROLES[role], chance)
                due += period
    finally:
        status = process.returncode
        end(process, place)
    wrong = told_wrong(asked, place, status)
    named = ", ".join(f"{count} × {role}" for role, count in killed.items())
    return (
        f"{len(asked)} stacks, killed {named or 'nothing'}, in {time.monotonic() - began:.0f} s, "
        f"exit code {status}: {place.said().strip().splitlines()[-1]}"
    ), wrong


def told_wrong(asked: Sequence[str], place: Place, status: int | None) -> list[str]:
    """What the closing output does not tell as the run files have it."""
    found, said = read(place.runs), place.said()
    named = set(NAMED.findall(said)) | set(ROW.findall(said))
    lost = set(asked) - found.ended
    wrong = list(found.wrong)
    wrong += [f"{name} was not judged to its end, and is not named" for name in lost - named]
    if (lost or named) and status in (0, None):
        wrong.append(f"{len(lost)} stacks were not judged to their end: exit code {status}")
    if found.failed:
        wrong.append(f"{found.failed} specs fail, though no stack did anything wrong")
    if not lost and not named and status != 0:
        wrong.append(f"all was judged: exit code {status}")
    if "Traceback" in said:
        wrong.append(f"a traceback: {said[said.index('Traceback') :][:500]}")
    return wrong


def _kill_one(place: Place, role: Role, chance: random.Random) -> bool:
    found = []
    for process in members(place):
        with suppress(psutil.Error):
            if role(process):
                found.append(process.pid)
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
    return True
