"""An app that says hostile things to its log, and does not start."""

import sys

from tests.miniatures.hostile_text import HOSTILE

print(HOSTILE.encode("utf-8", "replace").decode(), file=sys.stderr, flush=True)
sys.exit(HOSTILE.encode("utf-8", "replace").decode())
