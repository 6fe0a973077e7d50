"""Profiles in which clients stop reading, or the server is restarted: what they say."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from starlette_conformance.load.results_file import Fanout, Restart, read
from tests.e2e.test_locust import ROOT, Run, begun, calm, streaming

SOON = """
import _profiles, _returning, _stops, sse
_profiles.CALM_SECONDS = _stops.CALM_SECONDS = 1.0
_returning.BACK_SECONDS = 3.0
"""
RESUMABLE = ROOT / "specs" / "resilience" / "apps" / "resumable.py"
UNBOUNDED = ROOT / "tests" / "miniatures" / "unbounded.py"
RESTART = ("--sse-profile", "restart", "--interval", "0.2")
STALL = ("--sse-profile", "stall")
BACK, AWAY = "come back,6,1", "subscribe,6,8"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """All at once: they mostly wait."""
    folder = tmp_path_factory.mktemp("profiles")
    for name, script in (("app", None), ("resumable", RESUMABLE), ("unbounded", UNBOUNDED)):
        own = f"from pathlib import Path\nsse.SseUser.script = Path({str(script)!r})\n"
        (folder / f"{name}.py").write_text(SOON + own * bool(script))

    def run(name: str, script: str, *options: str, end: str) -> Run:
        files = ("-f", f"loadtests,{folder}/{script}.py,{folder}/ends.py")
        more = ("-t", "90s", "--stack", "documented")  # it ends before, by its end
        return begun(folder, name, *options, *more, *files, end=end)

    with ExitStack() as stack:
        host = ("--host", stack.enter_context(streaming("good")))
        found = {
            "again": run("again", "app", *RESTART, end=BACK),
            "resumed": run("resumed", "resumable", *RESTART, end=BACK),
            "two": run("two", "app", *RESTART, "--processes", "2", end=BACK),
            "away": run("away", "unbounded", *RESTART, "--interval", "1", end=AWAY),
            "early": run("early", "app", *RESTART, end="subscribe,6,0"),
            "not ours": begun(folder, "ours", *host, "--sse-profile", "restart", end=AWAY),
            "kept": run("kept", "unbounded", *STALL, "--interval", "0.5", end="subscribe,6,14"),
            "unread": run("unread", "app", *STALL, end=AWAY),
            "few": run("few", "app", *STALL, "-u", "2", end="subscribe,2,4"),
        }
        yield found
        for each in found.values():
            each.process.kill()
            each.process.communicate()


@pytest.fixture(scope="module")
def said() -> dict[str, tuple[int, str]]:
    """What runs said; each is waited for once."""
    return {}


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("away", 1, "6 of 6 clients did not come back after the restart"),
        ("early", 3, "the server was not restarted: the run ended before"),
        ("not ours", 3, "the server was not restarted: the server at --host was not started here"),
        ("kept", 1, " KiB for each of 1 clients that stopped reading (at most 1,024)"),
        ("unread", 3, "the server still wrote to 1 of 1 clients that had stopped reading"),
        ("few", 3, "no subscriber stopped reading: give the run more users (-u; 1 in 5 does)"),
    ],
)
def test_what_was_not_measured_is_not_good(
    runs: dict[str, Run], said: dict[str, tuple[int, str]], name: str, code: int, message: str
) -> None:
    if name not in said:
        said[name] = runs[name].ended() if code == 3 else calm(runs, name)
    assert said[name][0] == code, said[name][1]
    assert message in said[name][1], said[name][1]


def fanout(run: Run) -> Fanout:
    """Where it says nothing wrong; that this machine was busy is no matter here."""
    code, output = run.ended()
    assert code in {0, 3}, output
    found = read(run.results).fanout
    assert found is not None, output
    return found


def counted(restart: Restart | None) -> dict[str, int]:
    assert restart is not None
    assert not restart.failed
    names = ("clients", "back", "by_id", "gave_up", "resumed", "anew", "repeated")
    return {name: getattr(restart, name) for name in names}


ANEW = {"clients": 6, "back": 6, "by_id": 0, "gave_up": 0, "resumed": 0, "anew": 6, "repeated": 0}


@pytest.mark.parametrize("name", ["again", "two"])
def test_a_stream_without_ids_begins_again_and_what_was_due_meanwhile_is_lost(
    runs: dict[str, Run], name: str
) -> None:
    found = fanout(runs[name])
    assert counted(found.restart) == ANEW
    assert found.restart is not None
    assert found.restart.time.p50 >= 1000  # a client waits before it tries again
    assert found.restart.lost >= 6 * (found.restart.time.p50 / 200 - 2)
    assert found.restart.listening > found.restart.ended > 0
    assert (found.first_event.count, found.first_event.p50 >= 200) == (12, True)
    overdue = found.lateness.count - 6 - found.gap.count  # less six first events
    assert 0 <= overdue <= 6
    assert found.gap.p50 >= 100  # on busy cores, two may come together


def test_a_stream_with_ids_goes_on_where_it_was(runs: dict[str, Run]) -> None:
    found = fanout(runs["resumed"])
    assert counted(found.restart) == ANEW | {"by_id": 6, "resumed": 6, "anew": 0}
    assert found.restart is not None
    assert found.restart.lost == 0
