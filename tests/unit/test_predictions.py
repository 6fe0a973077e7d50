"""What the ledger's effects predict, where one process asks for stacks on several Pythons."""

from pathlib import Path

from specs.ledger import effects
from specs.ledger.changes import UNSATISFIABLE_NAMES_UNIT
from specs.ledger.static_files_model import predicted
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.request import Request

BEYOND = Request("static_files", b"GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=433-\r\n\r\n", "SITE")
ROOT = effects._root(BEYOND.files)
(EFFECT,) = (each for each in effects.EFFECTS if each.change is UNSATISFIABLE_NAMES_UNIT)


def stack(starlette: str, python: str) -> Environment:
    return Environment("", Path(), python, {"starlette": starlette})


REASONS = {"3.12.0": "Requested Range Not Satisfiable", "3.13.0": "Range Not Satisfiable"}


def test_a_response_has_the_words_of_its_python() -> None:
    for python, reason in (*REASONS.items(), *REASONS.items()):
        before = predicted(BEYOND, stack("0.46.1", python), ROOT)
        after = EFFECT.rewrite(BEYOND, before, stack("1.10.0", python))
        assert (before.reason, after.reason) == (reason, reason)
        extents = [each.headers["content-range"] for each in (before, after)]
        assert extents == ["*/433", "bytes */433"]
