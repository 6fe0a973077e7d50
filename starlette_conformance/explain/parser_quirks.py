"""What uvicorn's parsers write otherwise than each other, beside what is in a `Response`.

h11 writes two header names with capitals, and a Connection of its own behind all others.
"""

from starlette_conformance.explain.result import Difference
from starlette_conformance.replay.wire_response import WireResponse

SPELLED = {"connection": "Connection", "transfer-encoding": "Transfer-Encoding"}


def makes(difference: Difference, by_h11: WireResponse, by_httptools: WireResponse) -> bool:
    """Whether a difference of layout is one that the parsers make."""
    if difference.severity == "case":
        name = difference.where.removeprefix("name of ")
        return SPELLED.get(name) in by_h11.names and name in by_httptools.names
    if difference.severity == "order":
        orders = [
            [name.lower() for name in response.names if name.lower() != "connection"]
            for response in (by_h11, by_httptools)
        ]
        common = [
            [name for name in each if name in orders[0] and name in orders[1]] for each in orders
        ]
        return common[0] == common[1] and by_h11.names[-1] == "Connection"
    return False
