"""hello: how long a response takes on a connection that is kept, however the server is started.

uvicorn sends head and body in two segments. The second waits for the client's ACK of the first,
which comes 40 ms later, unless the connection has TCP_NODELAY.
"""

from specs.ledger.changes import UVLOOP_SENDS_AT_ONCE
from specs.ledger.responses import raw_request
from specs.starts.lines import ADDRESSES
from starlette_conformance.model.expectations import since
from starlette_conformance.model.observations import RespondsIn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import SendEach

ON = "the connection"
SECONDS = 0.03
TIMES = 60
AT_ONCE, LATE = f"within {SECONDS} s", f"later than {SECONDS} s"

WAITS = {
    "uvicorn --fd 0": LATE,
    **dict.fromkeys(
        ("uvicorn --workers 2", "uvicorn --reload"),
        since(UVLOOP_SENDS_AT_ONCE, AT_ONCE, before=LATE),
    ),
}
"""These starts hand the loop a listening socket. asyncio gives a connection TCP_NODELAY only if
that socket names its protocol, which it does not; by --fd, uvicorn takes it for a Unix socket.
"""


def waits(start: str = "") -> Scenario:
    return Scenario(
        f"a client sends {TIMES} requests on a connection{f', started by `{start}`' * bool(start)}",
        "hello",
        (SendEach(ON, raw_request(b"GET / HTTP/1.1"), TIMES),),
        {RespondsIn(ON, SECONDS): WAITS.get(start, AT_ONCE)},
        start=start,
        slow=bool(start),
        by_change=bool(start),
    )


SCENARIOS = [waits(), *map(waits, ADDRESSES)]
