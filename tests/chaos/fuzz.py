"""What reads input from outside, fed with damaged input: `python -m tests.chaos.fuzz`.

    python -m tests.chaos.fuzz [--inputs N] [--seconds S] [--seed S] [--jobs N] [--only READER]...
                               [--guided]

Each reader, in a process of its own, gets N inputs: its seeds, cut, joined, repeated and changed,
the same ones for the same seed. With --seconds, it gets as many of them as it reads in that CPU
time. A finding is what is not refused in a sentence (a traceback), what takes longer than SECONDS,
and what takes more memory than MEMORY. Findings are written to files in the working directory; then
the exit code is 1. With --guided, atheris changes the inputs, guided by what they reach
(`uv sync --group fuzz`).
"""

import argparse
import multiprocessing
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tests.chaos.outside import READERS, SAID, Reader

INPUTS = 10_000
SECONDS = 5.0
"""CPU time for one input, of a few KB: on a busy machine it may take longer."""
MEMORY = 512
"""MiB that the process of a reader may take."""
TOKENS = (
    *(b"\r\n", b"\n", b"\r", b"\t", b" ", b"\0", b":", b";", b"=", b",", b'"', b"\\", b"{{", b"}}"),
    *(b"###", b"[", b"]", b"{", b"}", b"0", b"-1", b"9" * 30, b"9" * 5000, b"1e999", b"\xff"),
    *(b"\xed\xa0\x80", b"\\ud800", b"HTTP/1.1 100 \r\n\r\n", b"content-length: 3\r\n", b"NaN"),
    *(b"null", b"true", b"\xe2\x80\xa8", b"data: 1\n\n", b"ffffffffffffff\r\n", b"Max-Age="),
    *(b"<", b"<!["),
)


class Hung(BaseException):
    """A reader took too long."""


def changed(reader: Reader, chance: random.Random) -> bytes:
    """A seed with a few changes."""
    data = bytearray(chance.choice(reader.seeds))
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(1, 1 + chance.choice((1, 4, 64))))
        match chance.randrange(6):
            case 0:
                data[at:at] = chance.choice(TOKENS)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * chance.choice((1, 2, 200))
            case 3:
                data[at:end] = chance.randbytes(end - at)
            case 4:
                data[at:end] = chance.choice(TOKENS)
            case _:
                data[at:at] = chance.choice(reader.seeds)
        del data[reader.longest :]
    return bytes(data)


def inputs(reader: Reader, name: str, count: int, seed: int) -> Iterator[bytes]:
    chance = random.Random(f"{seed} {name}")
    yield from reader.seeds[:count]
    for _ in range(count - len(reader.seeds)):
        yield changed(reader, chance)


def finding(reader: Reader, data: bytes) -> str:
    """What is wrong with how an input was read; nothing where all is well."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        reader.read(data)
    except SAID:
        pass
    except Hung:
        return f"took longer than {SECONDS:g} s of CPU time"
    except Exception:  # noqa: BLE001
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


@dataclass(frozen=True)
class Fed:
    """What a reader was fed: `findings` are inputs, and what was wrong with each."""

    inputs: int
    cpu_seconds: float
    memory: int
    findings: list[tuple[bytes, str]]

    def __str__(self) -> str:
        rate = self.inputs / max(self.cpu_seconds, 0.001)
        return (
            f"{self.inputs:,} inputs in {self.cpu_seconds:.0f} s of CPU time ({rate:,.0f}/s), "
            f"{self.memory} MiB at the most, {len(self.findings)} findings"
        )


def fuzz(name: str, count: int, seed: int, seconds: float = float("inf")) -> Fed:
    """Feed a reader."""

    def hung(_: int, __: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGPROF, hung)
    try:
        reader = READERS[name]
        read, findings, began = 0, list[tuple[bytes, str]](), time.process_time()
        for data in inputs(reader, name, count, seed):
            if what := finding(reader, data):
                findings.append((data, what))
            read += 1
            if time.process_time() - began > seconds:
                break
        return Fed(read, time.process_time() - began, memory(), findings)
    finally:
        signal.signal(signal.SIGPROF, before)


def memory() -> int:
    """MiB that this process has taken at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def guided(name: str, count: int, seed: int) -> int:
    """The same by atheris, in a process of its own, which it ends itself."""
    command = [sys.executable, "-m", "tests.chaos.fuzz_guided", name]
    limits = [
        f"-runs={count}",
        f"-seed={seed}",
        f"-max_len={READERS[name].longest}",
        f"-timeout={SECONDS:g}",
    ]
    limits += [f"-rss_limit_mb={4 * MEMORY}"]
    done = subprocess.run([*command, *limits], capture_output=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.decode('utf-8', 'replace')[-4000:]}")
    return int(done.returncode != 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of CPU, by reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", choices=READERS, default=[])
    parser.add_argument("--guided", action="store_true")
    options = parser.parse_args()
    names = options.only or list(READERS)
    if options.guided:
        return int(sum(guided(name, options.inputs, options.seed) for name in names) > 0)
    limits = ([each] * len(names) for each in (options.inputs, options.seed, options.seconds))
    processes, wrong = multiprocessing.get_context("forkserver"), 0
    processes.set_forkserver_preload(["tests.chaos.outside"])
    with ProcessPoolExecutor(options.jobs, processes, max_tasks_per_child=1) as pool:
        fed = pool.map(fuzz, names, *limits)
        for name, found in zip(names, fed, strict=True):
            for number, (data, what) in enumerate(found.findings[:10]):
                path = Path(f"finding-{name.replace(' ', '-').strip('.')}-{number}")
                path.write_bytes(data)
                print(f"{path}: {what}")
            print(f"{name}: {found}", flush=True)
            wrong += len(found.findings) + (found.memory > MEMORY)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
