"""Comments of an `.http` file that say how the client behaves: no editor has a form for it.

# @disconnect-after 2 events          or 1000 bytes of the body; then the client is gone
# @read-at 1000 bytes/s               the client reads slowly, so that the server has to wait
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.recorded_request import Manner

LEAVES_AFTER = re.compile(r"(\d{1,9}) (byte|event)s?")
PACE = re.compile(r"([1-9]\d{0,8}) bytes/s")


def _disconnecting(manner: Manner, word: str) -> Manner:
    if not (found := LEAVES_AFTER.fullmatch(word)):
        raise UsageError("write `# @disconnect-after 2 events`, or `1000 bytes`")
    return replace(manner, leaves_after=int(found[1]), unit=found[2])


def _slow(manner: Manner, word: str) -> Manner:
    if not (found := PACE.fullmatch(word)):
        raise UsageError("write `# @read-at 1000 bytes/s`")
    return replace(manner, bytes_a_second=int(found[1]))


OF_A_MANNER: Mapping[str, Callable[[Manner, str], Manner]] = {
    "@disconnect-after": _disconnecting,
    "@read-at": _slow,
}
"""By directive: the manner with what its words say. All raise UsageError."""
