"""How stacks are shared out among sessions of pytest."""

from starlette_conformance.runs.sessions import shared_out

EDGE = [f"uvicorn-0.{minor}.0-h11" for minor in (20, 22, 29)]


def test_a_stack_that_more_suites_judge_leaves_others_to_other_sessions() -> None:
    wanted = [["latest"], ["documented", *EDGE[:2]]]
    assert shared_out(["latest", "documented", *EDGE[:2]], 2) == wanted


def test_neighbours_go_to_different_sessions() -> None:
    assert shared_out(EDGE, 2) == [[EDGE[0], EDGE[2]], [EDGE[1]]]
    assert shared_out([], 0) == []
