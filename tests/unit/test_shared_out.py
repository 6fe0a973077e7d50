"""How stacks are shared out among sessions of pytest."""

from starlette_conformance.runs.sessions import shared_out

EDGE = [f"uvicorn-0.{minor}.0-h11" for minor in (20, 22, 29)]


def test_a_stack_that_more_suites_judge_leaves_others_to_other_sessions() -> None:
    wanted = [["latest"], [EDGE[0], "documented", EDGE[1]]]
    assert shared_out(["latest", "documented", *EDGE[:2]], 2) == wanted


def test_neighbours_go_to_different_sessions() -> None:
    assert shared_out(EDGE, 2) == [[EDGE[0], EDGE[2]], [EDGE[1]]]
    assert shared_out([], 0) == []


def test_not_all_sessions_begin_with_what_takes_longest() -> None:
    stacks = ["latest", "latest-httptools", "documented", "documented-h11", *EDGE * 4]
    first = [share[0] for share in shared_out(stacks, 4)]
    assert first == ["latest", EDGE[0], "documented", EDGE[2]]
