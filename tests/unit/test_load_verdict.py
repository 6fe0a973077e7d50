"""What figures allow to be said: each rule has figures that trip it."""

import json
import resource
import subprocess
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from msgspec.structs import replace
from rich.console import Console

from starlette_conformance.__main__ import main
from starlette_conformance.load import capacity, capacity_report, results_file
from starlette_conformance.load.capacity_search import Knee, Step
from starlette_conformance.load.profile_verdict import profile_notes
from starlette_conformance.load.results_file import (
    Fanout,
    Process,
    Requests,
    Restart,
    Results,
    Spread,
    Stall,
)
from starlette_conformance.load.run_verdict import Thresholds, Verdict, disagreement, judged, limit
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.output.output_files import STDOUT
from starlette_conformance.process import descriptors

LATE = Spread(9000, 20, 30, 40, 50, 60)
FANOUT = Fanout(
    wanted=100,
    connected=100,
    interval=1.0,
    profile="steady",
    seconds=60.0,
    lateness=LATE,
    null=Spread(600, 1, 2, 3, 4, 5),
    lag=Spread(1200, 1, 2, 3, 4, 5),
    raw=Spread(900, 19, 30, 42, 50, 60),
    drift=0.5,
    server=Process(0.5, 0.0, 1000, 5000),
    cpu_us=100.0,
    generators=(Process(0.2, 0.0, 1000, 5000),),
)
VERY_LATE = replace(LATE, p99=101.0)
STALL = Stall(20, 20, 81_920, LATE, LATE)
RESTART = Restart(
    listening=1.5, clients=100, back=100, by_id=60, time=LATE, resumed=60, anew=40, lost=7
)
LOADED = Requests(
    900, 0, LATE, 400.0, LATE, target=1000, sent=1000, seconds=10.0, server=Process(0.5, 0.0)
)
GOOD = Results({"SseUser": "latest"}, {"HelloUser": Requests(5, 0, LATE, 400.0)}, FANOUT)


def streaming(**changes: Any) -> Results:
    return replace(GOOD, fanout=replace(FANOUT, **changes))


def loaded(sent: int = 600, server: Process | None = LOADED.server, **changes: Any) -> Results:
    """Requests of which some could not be sent when they were due."""
    requests = {"HelloUser": replace(LOADED, sent=sent, server=server)}
    return replace(Results({}, requests, ceiling=1000), **changes)


def stalled(
    null: Spread = FANOUT.null, server: Process | None = FANOUT.server, **of: Any
) -> Results:
    return streaming(profile="stall", null=null, server=server, stall=replace(STALL, **of))


def restarted(**of: Any) -> Results:
    return streaming(profile="restart", restart=replace(RESTART, **of))


SOON = replace(LATE, p99=20.0)
UNHURRIED = replace(LOADED, due=SOON, server=Process(0.1, 0.3))


@pytest.mark.parametrize(
    "results",
    [
        GOOD,
        stalled(),
        restarted(),
        loaded(sent=1000, server=Process(0.2, 0.2)),
        Results({}, {"HelloUser": UNHURRIED}, ceiling=1000),
    ],
)
def test_good_figures_are_good(results: Results) -> None:
    assert judged(results) == Verdict(0, (), reports_speed=True)


@pytest.mark.parametrize(
    "part",
    [
        "20 subscribers stopped reading, 20 of which the server held back.",
        "Its memory grew by 80.0 KiB for each.",
        "The others' events were 40.0 ms late at p99 before, and 40.0 since then.",
        "The server was restarted, and listened again 1.5 s after SIGTERM. 100 of 100 clients came",
        "20 ms at p50 and 60 ms at most after their streams had ended; 60 sent Last-Event-ID.",
        "60 streams went on where they had been, and 40 began with event 1 again",
        "again: 7 events were lost, 0 repeated.",
    ],
)
def test_a_profile_says_what_came_of_it(part: str) -> None:
    assert part in " ".join(profile_notes(replace(FANOUT, stall=STALL, restart=RESTART)))


@pytest.mark.parametrize(
    ("results", "code", "message"),
    [
        (streaming(defects={"lost": 2}), 1, "streams: 2 × lost"),
        (streaming(faults=("it went on",)), 1, "it went on"),
        (replace(GOOD, crashed=("the server of x ended",)), 1, "the server of x ended"),
        (
            replace(GOOD, requests={"HelloUser": Requests(5, 1, LATE)}),
            1,
            "HelloUser: 1 of 5 responses were wrong",
        ),
        (streaming(connected=99), 3, "only 99 of 100 subscribers were connected"),
        (streaming(lateness=Spread()), 3, "none came after that; give it more time (-t)"),
        (streaming(lag=replace(LATE, p99=101.0)), 3, "its own loop was 101 ms late at p99"),
        (streaming(null=Spread()), 3, "no event of the null server came in time"),
        (streaming(null=replace(LATE, p99=21.0)), 3, "the null server's events seemed 21.0 ms"),
        (replace(GOOD, cores=0.9), 3, "the generator was the limit: it took 90% of a core"),
        (streaming(raw=replace(LATE, p99=203.0)), 3, "p99 40.00 ms here and 203.00 ms there"),
        (streaming(server=Process(0.1, 0.3)), 3, "Other processes used this machine's cores"),
        (
            loaded(server=Process(0.4, 0.5)),
            3,
            "sent 60 (60%); other processes used this machine's cores",
        ),
        (loaded(users=300, started=10), 3, "only 10 of 300 users were started before the run"),
        (
            loaded(sent=1000, null=LATE, cores=0.1, waiting=0.3),
            3,
            "HelloUser: other processes used this machine's cores: the null server's resp",
        ),
        (
            loaded(sent=1000, server=Process(0.12, 0.13)),
            3,
            "cores: its server had one for 12% of the time, and waited for one for 13%",
        ),
        (
            streaming(null=LATE, generators=(Process(0.1, 0.3),)),
            3,
            "other processes used this machine's cores: the null server's events seemed 40",
        ),
        (loaded(cores=0.75, waiting=0.1), 3, "target 100 requests/s, sent 60 (60%); the generator"),
        (loaded(null=LATE, waiting=0.2), 3, "other processes used this machine's cores"),
        (loaded(ceiling=110), 3, "the generator was the limit: use --processes, or fewer users"),
        (loaded(sent=1000, null=LATE), 3, "the null server's responses seemed 40.0 ms late at p99"),
        (
            streaming(stall=replace(STALL, bytes_each=2**20 + 1)),
            1,
            "memory grew by 1,024 KiB for e",
        ),
        (
            streaming(stall=replace(STALL, beside=VERY_LATE)),
            1,
            "events were 101 ms late at p99, and",
        ),
        (
            stalled(null=replace(LATE, p99=51.0), beside=VERY_LATE),
            3,
            "the server was not the limit",
        ),
        (stalled(server=Process(0.1, 0.3), beside=VERY_LATE), 3, "the server was not the limit"),
        (stalled(clients=0), 3, "no subscriber stopped reading: give the run more users (-u; 1 in"),
        (stalled(held_back=19), 3, "the server still wrote to 1 of 20 clients"),
        (stalled(bytes_each=None), 3, "of a server that was not started here is not known"),
        (stalled(calm=Spread()), 3, "no events before and beside the clients"),
        (streaming(profile="stall"), 3, "no subscriber stopped reading"),
        (restarted(gave_up=1, back=99), 1, "1 of 100 clients did not come back after the restart"),
        (restarted(failed="its port was taken"), 3, "was not restarted: its port was taken"),
        (
            restarted(failed="its port was taken", back=0, gave_up=100),
            3,
            "was not restarted: its port was taken",
        ),
        (restarted(clients=0), 3, "no stream ended when the server was restarted"),
        (restarted(back=98), 3, "while 2 of 100 clients still tried to come back"),
        (restarted(anew=39), 3, "before 1 of 100 clients that came back had an event"),
        (streaming(profile="restart"), 3, "the server was not restarted: "),
        (replace(GOOD, silent=1, processes=2), 3, "1 of 2 generators never reported"),
        (
            replace(restarted(gave_up=1, back=99), respawned=True, examples=("a stream",)),
            3,
            "users were spawned again in mid-run: locust took a generator for lost",
        ),
        (
            replace(loaded(), respawned=True, crashed=("the server of x ended",)),
            1,
            "the server of x ended",
        ),
        (Results({}), 3, "nothing was measured: no request was made"),
        (
            replace(GOOD, requests={name: Requests(0, 0, Spread(), None) for name in ("A", "B")}),
            3,
            "nothing was measured of A, B: no request was made; give the run more users (-u)",
        ),
        (
            replace(GOOD, requests={"HelloUser": Requests(0, 0, Spread(), None)}),
            3,
            "nothing was measured of HelloUser",
        ),
    ],
)
def test_what_forbids_a_speed_is_told(results: Results, code: int, message: str) -> None:
    verdict = judged(results)
    assert verdict.exit_code == code
    assert any(message in sentence for sentence in verdict.sentences)


SENT = "HelloUser: target 100 requests/s, sent 60 (60%); the server was the limit"
LEAST = "--fail-rate is 61 %."


@pytest.mark.parametrize(
    ("changes", "thresholds", "verdict"),
    [
        ({}, Thresholds(), (0, ())),
        (
            {},
            Thresholds(p99=39),
            (1, ("HelloUser: 40.0 ms at p99, and --fail-p99 is 39",)),
        ),
        ({}, Thresholds(p99=40, rate=60), (0, ())),
        (
            {},
            Thresholds(rate=61),
            (1, (f"{SENT}, while it waited: each user waits for its response. {LEAST}",)),
        ),
        (
            {"server": Process(0.9, 0.0)},
            Thresholds(rate=61),
            (1, (f"{SENT}: it had no more of its core. {LEAST}",)),
        ),
    ],
)
def test_what_is_beyond_a_threshold_ends_with_1_and_has_a_speed(
    changes: dict[str, Any], thresholds: Thresholds, verdict: tuple[int, tuple[str, ...]]
) -> None:
    found = judged(loaded(**changes), thresholds)
    assert (found.exit_code, found.sentences) == verdict
    assert found.reports_speed


def test_where_a_threshold_is_passed_by_the_machine_nothing_can_be_told() -> None:
    assert judged(loaded(cores=0.9), Thresholds(p99=1)).exit_code == 3


def test_a_finding_goes_before_a_doubt() -> None:
    assert judged(replace(streaming(defects={"lost": 1}), cores=0.9)).exit_code == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "The server was the limit, not the generator: at p99, the app's events were 40.0"),
        ({"null": replace(LATE, p99=30.0)}, "The generator was the limit"),
        ({"lateness": replace(LATE, p99=19.0)}, "Neither was at its limit"),
        ({"server": Process(0.1, 0.3)}, "Other processes used this machine's cores"),
        ({"server": Process(0.5, 0.3)}, "The server was the limit"),
        ({"server": None}, "The generator took 20% of a core"),
    ],
)
def test_who_was_the_limit_is_told(changes: dict[str, Any], message: str) -> None:
    assert message in limit(replace(FANOUT, **changes))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (replace(LATE, p50=22.0, p99=52.0), None),
        (replace(LATE, p50=17.0), "p50 20.00 ms here and 17.00 ms there"),
        (replace(LATE, p99=55.0), "p99 40.00 ms here and 55.00 ms there"),
        (replace(LATE, count=499, p99=203.0), None),
        (replace(LATE, p50=21.9), None),
    ],
)
def test_the_raw_reader_may_be_so_far_away(raw: Spread, message: str | None) -> None:
    found = disagreement(LATE, raw)
    assert found is None if message is None else message in (found or "")


def test_results_are_read_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(results_file.written(GOOD))
    assert results_file.read(path) == GOOD
    path.write_text("{}")
    with pytest.raises(UsageError, match=r"results\.json: object missing required field servers"):
        results_file.read(path)


def test_too_few_descriptors_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 1000))
    raised = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    descriptors.enough_for(800, "users")
    with pytest.raises(UsageError, match=r"^801 users need 1001 file descriptors .* at most 800$"):
        descriptors.enough_for(801, "users")
    assert raised == [(1000, 1000)] * 2
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    with pytest.raises(UsageError, match=r"1 users need 201 .* raise `ulimit -Hn` to 201$"):
        descriptors.enough_for(1, "users")


def stepped(limit_ms: float, slope: float, saturates: int) -> Knee:
    """A knee whose p99 is `slope` ms a subscriber, and whose generator is the limit some time."""
    found = Knee("x")
    while (users := found.following()) is not None:
        late = replace(LATE, p99=limit_ms + slope * users)
        code = 3 if users >= saturates else 0
        found.steps.append(Step(users, replace(FANOUT, lateness=late), Verdict(code, ())))
        if code:
            break
    return found


def test_a_knee_is_closed_in_on() -> None:
    found = stepped(10.0, 0.1, 10**6)
    assert found.best is not None
    assert found.worst is not None
    assert found.best.users <= 900 < found.worst.users <= found.best.users * 1.05
    assert found.found
    assert found.slope == pytest.approx(100.0)


@pytest.mark.parametrize("capacity", range(1, 101))
def test_each_knee_is_found_in_a_few_steps(capacity: int) -> None:
    found = Knee("x")
    while (users := found.following()) is not None and len(found.steps) < 20:
        late = replace(LATE, p99=50.0 if users <= capacity else 500.0)
        found.steps.append(Step(users, replace(FANOUT, lateness=late), Verdict(0, ())))
    assert users is None
    assert capacity / 1.05 - 1 <= (found.best.users if found.best else 5) <= max(5, capacity)


def test_a_generator_that_gives_up_first_finds_no_knee() -> None:
    found = stepped(10.0, 0.1, 400)
    assert found.best is not None
    assert (found.best.users, found.found) == (200, False)


def test_a_knee_that_others_may_have_made_is_a_lower_bound() -> None:
    found = stepped(10.0, 0.1, 10**6)
    busy = replace(FANOUT, lateness=replace(LATE, p99=101.0), server=Process(0.1, 0.2))
    assert found.best
    found.steps.append(Step(found.best.users + 1, busy, Verdict(0, ())))
    assert not found.found
    assert "other processes used the cores" in capacity_report.why(found)


def test_a_stack_that_is_always_late_has_no_capacity() -> None:
    assert stepped(200.0, 1.0, 10**6).best is None


def knee(best: int, worst: int, *, title: str = "") -> Knee:
    """A knee between two numbers of subscribers."""
    late = replace(FANOUT, lateness=replace(LATE, p99=500.0))
    in_time = replace(FANOUT, lateness=replace(LATE, p99=50.0))
    steps = [Step(best, in_time, Verdict(0, ())), Step(worst, late, Verdict(0, ()))]
    return Knee("x", steps, title)


@pytest.mark.parametrize(
    ("new", "code", "said"),
    [
        ((1000, 1050), 0, "as many"),
        ((910, 955), 0, "as many"),
        ((900, 950), 1, "fewer: 900 to 950, "),
        ((1102, 1150), 0, "as many"),
        ((1103, 1150), 0, "more"),
    ],
)
def test_two_knees_are_compared(new: tuple[int, int], code: int, said: str) -> None:
    verdict = capacity_report.compared(knee(1000, 1050), knee(*new, title="new"))
    assert verdict.exit_code == code
    assert f"new serves {said}" in verdict.sentences[0]


def test_a_knee_that_is_not_found_is_not_compared() -> None:
    unsteady = knee(1000, 1050)
    late = unsteady.steps[1]
    unsteady.steps.append(Step(1000, late.fanout, late.verdict))
    assert not unsteady.found
    assert (
        capacity_report.why(unsteady) == "x: at 1000, p99 is 500.0 ms late once, and in time once"
    )
    verdict = capacity_report.compared(unsteady, knee(10, 11))
    assert verdict.exit_code == 3
    assert verdict.sentences[0].startswith("inconclusive: the capacity of x was not found")


def test_old_and_new_take_turns_and_what_is_worse_is_measured_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served, asked = {"documented": 300, "latest": 150}, []

    def run(stack: str, users: int, *_: object) -> Results:
        asked.append((stack, users))
        late = replace(LATE, p99=50.0 if users <= served[stack] else 500.0)
        return replace(GOOD, fanout=replace(FANOUT, lateness=late))

    monkeypatch.setattr(capacity, "_run", run)
    path = tmp_path / "knee.json"
    assert main(["capacity", "documented", "latest", "--json", str(path)]) == 1
    assert [stack for stack, _ in asked[:4]] == ["documented", "latest"] * 2
    assert asked[-3:] == [("documented", 300), ("latest", 156), ("latest", 156)]
    printed = capsys.readouterr().out
    assert "latest serves fewer: 150 to 156, " in printed
    assert "OLD and NEW differ in parser (httptools, h11)" in printed.splitlines()[-2]
    served["documented"] = 150
    assert main(["capacity", "documented", "documented", "--json", str(path)]) == 0
    found = json.loads(path.read_text("utf-8"))
    assert list(found["stacks"]) == ["documented", "documented, again"]
    assert (found["exit_code"], found["summary"][:40]) == (
        0,
        "documented, again serves as many, to 5 %",
    )
    assert found["command"].endswith("capacity documented documented --interval 1")
    assert main(["capacity", "documented"]) == 2
    assert main(["capacity", "documented", "latest", "--stack", "latest"]) == 2


def test_a_knee_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    late, limited = stepped(10.0, 0.1, 10**6), stepped(10.0, 0.1, 400)
    Console(width=100).print(capacity_report.table([late, limited]))
    shown = capsys.readouterr().out
    assert "at least 200" in shown
    assert "100 µs" in shown
    assert "p99 is " in capacity_report.why(late)
    assert "x: at 400 " in capacity_report.why(limited)
    verdict = capacity_report.concluded([late], [])
    capacity_report.write(STDOUT, [late], verdict, "")
    assert json.loads(capsys.readouterr().out)["stacks"]["x"]["found"] is True
    assert capacity_report.concluded([late, limited], []).exit_code == 3
    assert "p99 20.0 ms late" in capacity_report.line("x", late.steps[0])


def test_the_steps_before_one_that_failed_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run(_: str, users: int, *__: object) -> Results:
        if users > 200:
            raise Failure("locust ended with status 9")
        return GOOD

    monkeypatch.setattr(capacity, "_run", run)
    path = tmp_path / "knee.json"
    assert main(["knee", "--stack", "documented", "--json", str(path)]) == Failure.exit_code
    found = json.loads(path.read_text("utf-8"))
    assert (found["exit_code"], found["verdict"]) == (4, "error")
    assert found["summary"] == "error: locust ended with status 9"
    assert [step["users"] for step in found["stacks"]["documented"]["steps"]] == [100, 200]


@pytest.mark.parametrize("code", [2, 3, 4])
def test_a_step_that_fails_has_the_exit_code_of_locust_and_the_time_that_it_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int
) -> None:
    def run(
        command: list[str], *, stdout: BinaryIO, timeout: float, **_: object
    ) -> subprocess.CompletedProcess[bytes]:
        assert timeout > float(command[command.index("--run-time") + 1].removesuffix("s")) + 60
        stdout.write(b"did not start: hello\n")
        return subprocess.CompletedProcess(command, code)

    monkeypatch.setattr(subprocess, "run", run)
    output = f"^locust ended with status {code}: did not start: hello$"
    with pytest.raises(Failure, match=output) as caught:
        capacity._run("documented", 100, 600.0, tmp_path / "0.json")
    assert caught.value.exit_code == code


def test_a_stack_that_cannot_be_had_is_told_before_another_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(capacity, "_run", lambda *_: GOOD)
    assert main(["knee", "--stack", "documented", "--stack", "starlette==0.0.99"]) == 3
    said = capsys.readouterr()
    assert (said.out, said.err[:47]) == ("", "not installable: stack starlette==0.0.99: error")
