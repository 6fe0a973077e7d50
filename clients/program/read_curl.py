"""curl parses nothing: what it prints is compared with the bytes that were sent."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pypi"))
from _adapter import run


def read(url):
    done = subprocess.run(["curl", "--silent", "--no-buffer", url], stdout=subprocess.PIPE)
    yield {"bytes": done.stdout.decode("latin-1")}


run(read)
