"""One reader under atheris: `python -m tests.chaos.fuzz_guided READER -runs=N -seed=S`.

It ends with the exit code of libFuzzer: 0 where nothing was found.
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["starlette_conformance"]):
    from tests.chaos.outside import READERS, SAID


def main() -> None:
    name, *limits = sys.argv[1:]
    reader = READERS[name]

    def one(data: bytes) -> None:
        with suppress(*SAID):
            reader.read(data)

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(reader.seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *limits, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
