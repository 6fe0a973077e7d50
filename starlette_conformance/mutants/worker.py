"""A session of pytest that has collected the specs, and judges overlays by some of them."""

import json
import os
import select
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import Failure
from starlette_conformance.runs.rerun_commands import stack_option
from starlette_conformance.runs.sessions import LOG, PYTEST, session

REPLIES = "STARLETTE_CONFORMANCE_REPLIES"
"""As in `pytest_plugin/mutant_worker.py`, which describes requests and replies."""
START_SECONDS = 120.0
SPARE_SECONDS = 30.0
"""For a fork and a kill, on busy cores."""


@dataclass(frozen=True)
class Spec:
    """What a spec needs: the app, perhaps more `apps`, the servers by name, and perhaps a while.

    `seconds` is how long it took on the unchanged stack.
    """

    app: str
    apps: list[str]
    variants: list[str]
    waits: bool
    seconds: float = 0.0


@dataclass(frozen=True)
class Judged:
    """What was wrong with the specs that failed, by node id, and how long each took, in seconds."""

    failed: dict[str, str]
    seconds: dict[str, float]


class Worker:
    """One such session, on a stack; its output goes to a file in `folder`.

    It dies with the thread that started it.
    """

    def __init__(self, stack: str, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        reading, writing = os.pipe()
        self._replies = reading
        self._rest = b""
        options = [
            *PYTEST,
            "-pstarlette_conformance.pytest_plugin.mutant_worker",
            stack_option(stack),
            "-k",
            "not browser",
        ]
        self._process = session(
            options, folder / LOG, subprocess.PIPE, [writing], {REPLIES: str(writing)}
        )
        os.close(writing)

    @cached_property
    def specs(self) -> dict[str, Spec]:
        """All that it has collected, by node id; read before anything is judged."""
        specs = self._reply(START_SECONDS)
        return {name: Spec(**spec) for name, spec in specs.items()}

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def judge(
        self, ahead: Path, specs: Sequence[str], seconds: float, to_the_end: bool = False
    ) -> Judged | None:
        """None where it took longer. Raises Failure where the session itself fails."""
        assert self.specs
        request = {
            "specs": list(specs),
            "ahead": str(ahead),
            "folder": str(ahead / "runs"),
            "seconds": seconds,
            "all": to_the_end,
        }
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._broken("ended") from None
        reply = self._reply(seconds + SPARE_SECONDS)
        return Judged(**reply) if reply else None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdin
        self._process.stdin.close()
        os.close(self._replies)

    def _reply(self, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._replies], [], [], left)[0]:
                raise self._broken(f"said nothing for {seconds:g} s")
            part = os.read(self._replies, 1 << 20)
            if not part:
                raise self._broken("ended")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def _broken(self, how: str) -> Failure:
        said = (self.folder / LOG).read_text("utf-8", "replace").strip().splitlines()
        return Failure(f"the session of pytest that judges mutants {how}: {(said or ['?'])[-1]}")
