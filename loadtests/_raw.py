"""The raw reader's process: started with the test, read at its end."""

import json
import subprocess
import sys
import time
from math import ceil
from pathlib import Path

from _starting import interrupted_later
from starlette_conformance.load import _reference_reader
from starlette_conformance.load.results_file import Spread
from starlette_conformance.process.child_environment import of_own
from starlette_conformance.process.launch import guarded

STREAMS = 50
"""At most, and a tenth of the subscribers where that is less."""

SECONDS = 20.0


class Raw:
    """A second reader of the server at `address`. What it saw counts within the window only.

    It opens its streams within the `ramp` (seconds) in which the `subscribers` come.
    """

    def __init__(
        self, address: tuple[str, int], path: str, subscribers: int, interval: float, ramp: float
    ) -> None:
        streams = max(1, min(STREAMS, subscribers // 10))
        self._window = [0, 0]
        with interrupted_later():
            self._process = subprocess.Popen(
                guarded(
                    [
                        sys.executable,
                        str(Path(_reference_reader.__file__)),
                        address[0],
                        *(str(each) for each in (address[1], path, streams, interval, ramp)),
                    ]
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # where it fails, it saw too little: reported
                start_new_session=True,
                env=of_own(),
            )

    def window_opens(self) -> None:
        self._window[0] = time.monotonic_ns()

    def window_closes(self) -> None:
        if not self._window[1]:
            self._window[1] = time.monotonic_ns()

    def spread(self) -> Spread:
        """What it saw, exactly; nothing where it failed."""
        begun, ended = self._window
        try:
            said, _ = self._process.communicate(b"", SECONDS)
            seen = json.loads(said)
        except (subprocess.TimeoutExpired, ValueError, OSError):
            return Spread()
        finally:
            self.kill()
        late = sorted(late / 1e6 for when, late in seen if begun and begun <= when <= ended)
        if not late:
            return Spread()
        ranks = (ceil(part * len(late)) for part in (0.5, 0.9, 0.99, 0.999))  # as HdrHistogram
        p50, p90, p99, p999 = (late[rank - 1] for rank in ranks)
        return Spread(len(late), p50, p90, p99, p999, late[-1])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
