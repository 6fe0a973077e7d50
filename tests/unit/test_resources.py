"""What a run takes of the machine."""

import os
import subprocess
import sys

from starlette_conformance.process.resources import MIB, Footprint


def test_the_memory_of_processes_adds_up_and_the_peak_stays() -> None:
    program = "import sys; x = bytearray(64 * 1024 * 1024); print(flush=True); sys.stdin.read()"
    own = Footprint()
    own.look([])
    both = Footprint()
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        both.look([process.pid])
        process.stdin.close()
    peak = both.peak
    both.look([process.pid, os.getpid() + 1_000_000])
    assert both.peak >= peak > own.peak + 60 * MIB
    assert str(both).endswith(f" s, peak memory {both.peak // MIB} MiB")
