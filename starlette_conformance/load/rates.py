"""The target rate, what was sent, and what was the limit where that is less."""

from starlette_conformance.load.results_file import Process, Requests, Results

BUSY_CORES = 0.8
"""A process that takes more than this of a core is taken to be at its limit."""

COUNTS_MS = 20.0
"""Below this, it does not matter whose the lateness is."""

SHARE = 0.5
"""How much of the lateness may be the generator's own, where the lateness counts at all."""

KEPT_UP = 0.95
"""Of the requests that were due, so many must be sent, or something was the limit."""

CEILING = 0.8
"""Of what the generators can send, so much is too near to it."""

SERVER = "the server was the limit: it had no more of its core"
GENERATOR = "the generator was the limit: use --processes, or fewer users"
MACHINE = "other processes used this machine's cores"
RESPONSES = "the server was the limit, while it waited: each user waits for its response"


def starved(server: Process | None) -> bool:
    """Whether others had the cores for longer than a server had one, when it wanted one."""
    return server is not None and server.waiting > server.cores


def own_limit(cores: float, waiting: float) -> str:
    """Whose the lateness is that a generator sees of a null server, too."""
    return MACHINE if waiting > cores else "the generator was the limit"


def limit_of_requests(results: Results, requests: Requests) -> str:
    """What kept the users of a class from sending what was due: empty where nothing did."""
    if requests.sent >= KEPT_UP * requests.target:
        return ""
    target = sum(each.target / each.seconds for each in results.requests.values() if each.seconds)
    target /= max(1, len(results.sides))
    turns = max(1, len(results.sides))  # a server rests while the other one has its turn
    server = requests.server or Process()
    if turns * (server.cores + server.waiting) > BUSY_CORES:
        return MACHINE if starved(server) else SERVER
    if results.cores + results.waiting > BUSY_CORES or results.null.p99 > COUNTS_MS:
        return MACHINE if results.waiting > results.cores else GENERATOR
    return GENERATOR if target > CEILING * results.ceiling else RESPONSES


def rate(name: str, requests: Requests, results: Results) -> str:
    """The target and what was sent, and what was the limit."""
    if not requests.seconds or not requests.target:
        return f"{name}: no request was due."
    target, sent = requests.target / requests.seconds, requests.sent / requests.seconds
    said = f"{name}: target {target:,.0f} requests/s, sent {sent:,.0f} ({sent / target:.0%})"
    found = limit_of_requests(results, requests)
    return f"{said}; {found}." if found else f"{said}."


def generator(results: Results) -> str:
    """What the generators can send, and what they took."""
    return (
        f"Generator: it sends at most {results.ceiling:,} requests/s (to a null server), took "
        f"{results.cores:.0%} of a core, and waited for one {results.waiting:.0%} of the time."
    )
