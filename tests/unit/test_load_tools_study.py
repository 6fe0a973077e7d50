"""The study of load tools: what it reads of wrk and hey."""

from collections.abc import Callable

import pytest

from starlette_conformance.model.errors import Failure
from studies.load_tools import Seen, of_hey, of_wrk

WRK = """\
  Latency Distribution
     50%  812.00us
     75%    1.20ms
     99%    1.05s
  1200 requests in 3.00s, 190.00KB read
Requests/sec:    400.50
"""
HEY = """\
  Requests/sec:\t381.2508

Latency distribution:
  50%% in 0.0324 secs
  99%% in 0.0800 secs

Status code distribution:
  [200]\t1144 responses
"""


def test_times_of_any_unit_are_milliseconds() -> None:
    assert of_wrk(WRK) == Seen(400.5, 0.812, 1050.0)
    assert of_hey(HEY) == Seen(381.2508, 32.4, 80.0)


@pytest.mark.parametrize(
    ("read", "output"),
    [
        (of_wrk, f"{WRK}  Non-2xx or 3xx responses: 3\n"),
        (of_wrk, f"{WRK}  Socket errors: connect 0, read 1, write 0, timeout 0\n"),
        (of_hey, f"{HEY}  [500]\t1 responses\n"),
        (of_hey, f"{HEY}\nError distribution:\n  [1]\tGet: EOF\n"),
        (of_wrk, ""),
        (of_hey, ""),
    ],
)
def test_wrong_responses_have_no_speed(read: Callable[[str], Seen], output: str) -> None:
    with pytest.raises(Failure):
        read(output)
