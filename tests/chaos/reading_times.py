"""How long what reads input from outside takes, by the size of its worst inputs.

    python -m tests.chaos.reading_times [--size BYTES] [--most SECONDS] [--only NAME]...

It prints a table in Markdown: CPU seconds at an eighth, a quarter, a half and all of the size, of
the worst of three, and how fast the last half grew. Exit code 1 where an input of all the size
took longer than --most.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from tests.chaos.outside import READERS, SAID, SLOW

SIZE = 1024 * 1024
MOST = 1.0


def seconds(read: Callable[[bytes], object], data: bytes) -> float:
    began = time.process_time()
    with suppress(*SAID):
        read(data)
    return time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--most", type=float, default=MOST)
    parser.add_argument("--only", action="append", choices=SLOW, default=[])
    options = parser.parse_args()
    sizes = [options.size // part for part in (8, 4, 2, 1)]
    print(
        f"| input | read as | {' | '.join(f'{size / 1024:,.0f} KiB' for size in sizes)} | growth |"
    )
    print("| --- | --- |" + " ---: |" * (len(sizes) + 1))
    late = 0
    for name in options.only or SLOW:
        reader, make = SLOW[name]
        took = [seconds(READERS[reader].read, make(size)) for size in sizes]
        late += took[-1] > options.most
        cells = " | ".join(f"{each:.3f} s" for each in took)
        print(
            f"| {name} | {reader} | {cells} | {took[-1] / max(took[-2], 0.001):.1f} |", flush=True
        )
    print(f"\n{late} of {len(options.only or SLOW)} took longer than {options.most:g} s")
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
