"""What reads input from outside, fed with damaged input: `python -m tests.chaos.fuzz`.

    python -m tests.chaos.fuzz [--inputs N] [--seed S] [--only READER]... [--guided]

Each reader gets N inputs: its seeds, cut, joined, repeated and changed, the same ones for the same
seed. A finding is what is not refused in a sentence (a traceback), what takes longer than SECONDS,
and what takes more memory than MEMORY. Findings are written to files in the working directory; then
the exit code is 1. With --guided, atheris changes the inputs, guided by what they reach
(`uv sync --group fuzz`).
"""

import argparse
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tests.chaos.outside import READERS, SAID, Reader

INPUTS = 10_000
SECONDS = 5.0
"""For one input, of a few KB."""
MEMORY = 512
"""MiB that the whole process may take."""
TOKENS = (
    *(b"\r\n", b"\n", b"\r", b"\t", b" ", b"\0", b":", b";", b"=", b",", b'"', b"\\", b"{{", b"}}"),
    *(b"###", b"[", b"]", b"{", b"}", b"0", b"-1", b"9" * 30, b"9" * 5000, b"1e999", b"\xff"),
    *(b"\xed\xa0\x80", b"\\ud800", b"HTTP/1.1 100 \r\n\r\n", b"content-length: 3\r\n", b"NaN"),
    *(b"null", b"true", b"\xe2\x80\xa8", b"data: 1\n\n", b"ffffffffffffff\r\n", b"Max-Age=", b"<"),
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
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        reader.read(data)
    except SAID:
        pass
    except Hung:
        return f"took longer than {SECONDS:g} s"
    except Exception:  # noqa: BLE001
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def fuzz(name: str, count: int, seed: int) -> list[tuple[bytes, str]]:
    """Feed a reader; the inputs that were a finding, and what each was."""

    def hung(_: int, __: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, hung)
    try:
        reader = READERS[name]
        pairs = ((data, finding(reader, data)) for data in inputs(reader, name, count, seed))
        return [(data, what) for data, what in pairs if what]
    finally:
        signal.signal(signal.SIGALRM, before)


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
        print(done.stderr.decode("utf-8", "replace")[-4000:])
    return int(done.returncode != 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", choices=READERS, default=[])
    parser.add_argument("--guided", action="store_true")
    options = parser.parse_args()
    wrong = 0
    for name in options.only or READERS:
        began = time.monotonic()
        if options.guided:
            found = guided(name, options.inputs, options.seed)
        else:
            findings = fuzz(name, options.inputs, options.seed)
            found = len(findings)
            for number, (data, what) in enumerate(findings[:10]):
                path = Path(f"finding-{name.replace(' ', '-').strip('.')}-{number}")
                path.write_bytes(data)
                print(f"{path}: {what}")
        wrong += found
        took = time.monotonic() - began
        print(f"{name}: {options.inputs:,} inputs, {found} findings, {took:.0f} s", flush=True)
    print(f"{wrong} findings; {memory()} MiB at the most, of {MEMORY}")
    return int(wrong > 0 or memory() > MEMORY)


if __name__ == "__main__":
    sys.exit(main())
