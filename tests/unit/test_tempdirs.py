"""Scratch folders go with the run that made them, interrupted or not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from starlette_conformance.stacks.cache import VARIABLE

COPIES = """
import os, sys, threading, time
from starlette_conformance.stacks.tempdirs import scratch

def copies(folder):
    while True:
        try:
            os.makedirs(folder / "copies" / "lib")
        except NotADirectoryError:
            return
        except OSError:
            continue

with scratch() as folder:
    for _ in range(3):
        threading.Thread(target=copies, args=[folder], daemon=True).start()
    time.sleep(0.1)
    raise KeyboardInterrupt
"""


@pytest.mark.parametrize("_", range(3))
def test_a_folder_is_gone_after_ctrl_c_though_threads_still_copy(tmp_path: Path, _: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COPIES],
        env=os.environ | {VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert list((tmp_path / "scratch").iterdir()) == []
