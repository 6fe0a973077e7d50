"""What figures come to: each kind of figure, with and without a defect in it."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from starlette_conformance.cost import (
    fanout,
    fanout_verdict,
    figures,
    gate_verdict,
    in_pairs,
    paired,
)
from starlette_conformance.cost.dump import read_dump
from starlette_conformance.cost.figures import complete, overall
from starlette_conformance.cost.gate_table import print_findings, seen
from starlette_conformance.cost.manifest import EVERY, MANIFEST, chosen
from starlette_conformance.cost.paired import BLOCKS, Round, Served
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.cost.wide import WIDE
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, Failure, UsageError
from starlette_conformance.process import census
from starlette_conformance.process.app_server import Server as AppServer
from starlette_conformance.process.census import Census
from starlette_conformance.process.launch import Under
from tests.miniatures.run_files import environment

PLACES = (520_000.0, 525_000.0, 518_000.0, 517_000.0, 521_000.0)
"""Repeats differ by their place, alike in every process."""


def counted(*factors: float, size: float = 153.0) -> Count:
    every = factors if len(factors) > 1 else factors * len(PLACES)
    return Count(tuple(a * b for a, b in zip(PLACES, every, strict=True)), size)


@pytest.mark.parametrize(
    ("new", "outcome"),
    [
        (counted(1.0), "pass"),
        (counted(1.0002, 0.9998, 1.0001, 1.0, 0.9999), "pass"),
        (counted(1.004), "pass"),
        (counted(1.008), "regression"),
        (counted(1.0079, 1.0083, 1.008, 1.0078, 1.0081), "regression"),
        (counted(0.8), "pass"),
        (counted(1.6, 1.65, 1.58, 1.61, 1.62), "regression"),
        (counted(0.8, 0.9, 0.7, 0.85, 0.75), "pass"),
        (counted(1.05, 0.97, 1.03, 0.99, 1.0), "cannot tell"),
        (counted(1.03, 0.97, 1.0, 0.98, 1.01), "cannot tell"),
    ],
)
def test_counts_are_compared_repeat_by_repeat(new: Count, outcome: str) -> None:
    assert gate_verdict.of_counts("hello", counted(1.0), new, 0.005).outcome == outcome


@pytest.mark.parametrize(
    ("factor", "budget", "again"),
    [
        (1.004, 0.005, False),
        (1.006, 0.005, True),
        (1.03, 0.005, False),
        (1.004, 0.0005, True),  # what a folder of another name may make of it
        (1.03, 0.0005, False),
    ],
)
def test_a_count_that_is_not_clear_is_looked_at_again(
    factor: float, budget: float, again: bool
) -> None:
    assert gate_verdict.unclear("hello", counted(1.0), counted(factor), budget, 0) == again


@pytest.mark.parametrize(
    ("factors", "again"), [((1.01, 1.01), False), ((1.01, 1.004), True), ((1.004, 1.01), True)]
)
def test_a_count_on_which_two_layouts_agree_is_clear(
    factors: tuple[float, float], again: bool
) -> None:
    new = counted(factors[0]) + counted(factors[1])
    assert gate_verdict.unclear("hello", counted(1.0) + counted(1.0), new, 0.005, 0) == again


@pytest.mark.parametrize(("size", "outcome"), [(153, "pass"), (150, "pass"), (155, "regression")])
def test_bytes_on_the_wire_are_exact(size: float, outcome: str) -> None:
    new = counted(1.0, size=size)
    assert gate_verdict.of_bytes("hello", counted(1.0), new, 0.005).outcome == outcome


@pytest.mark.parametrize(("size", "outcome"), [(155, "pass"), (157, "regression")])
def test_bytes_may_be_as_far_apart_as_those_of_the_old_stack_are(size: int, outcome: str) -> None:
    old = replace(counted(1.0, size=153), bytes_apart=3)
    new = counted(1.0, size=size)
    assert gate_verdict.of_bytes("GET /", old, new, 0.005).outcome == outcome


def served(
    cpu: float,
    left: float = 5.0,
    wobble: Sequence[int] = (0,),
    wait: float = 0.0003,
    start: float = 0.4,
) -> Served:
    places = range(BLOCKS)
    resident = [30_000_000 + int(250 * left * n) + wobble[n % len(wobble)] for n in places]
    return Served(250, start, [cpu] * BLOCKS, resident, [0.001], [wait] * 8)


def rounds(again: Sequence[float], new: float, left: float = 5.0) -> list[Round]:
    """As many rounds as there are factors of the second old server."""
    return [
        {"old": served(2e-4), "again": served(2e-4 * each), "new": served(2e-4 * new, left)}
        for each in again
    ]


@pytest.mark.parametrize(
    ("left", "outcome"), [(5, "pass"), (40, "pass"), (205, "regression"), (0, "pass")]
)
def test_memory_left_behind_is_the_slope(left: float, outcome: str) -> None:
    found = gate_verdict.of_memory(MANIFEST["hello"], rounds([1.0, 1.0], 1.0, left))
    assert (found.outcome, round(found.new)) == (outcome, left)


def test_a_few_large_responses_may_leave_a_buffer() -> None:
    """Equal servers were once 155 KB apart, after 24 requests for 1 MiB."""
    found = rounds([1.0, 1.0], 1.0)
    for one in found:
        for each in one.values():
            each.units, each.resident = 6, [30_000_000] * 4
        one["new"].resident = [30_000_000 + 6 * 6485 * n for n in range(4)]
    assert gate_verdict.of_memory(WIDE["file_1mib"], found).outcome == "pass"
    assert gate_verdict.of_memory(MANIFEST["hello"], found).outcome == "regression"


def in_use(more: int, resident: int = 0, rests: bool = True) -> Served:
    """750 requests after the first block; what is resident then is so at rest, or not."""
    first = Census(9, 1, 2, 100_000, {}, 30_000_000, used=8_000_000)
    memory = first.memory + 3 * resident * rests
    last = replace(first, used=8_000_000 + 5000 + more, memory=memory)
    pages = [30_000_000 + n * resident for n in range(4)]
    return Served(250, 0.4, [1e-4] * 4, pages, censuses=[first, last])


@pytest.mark.parametrize(
    ("new", "left", "outcome"),
    [
        (in_use(0), 7, "pass"),
        (in_use(36_000), 55, "pass"),
        (in_use(39_000), 59, "regression"),
        (in_use(0, resident=4096 * 8), 7, "pass"),
        (in_use(0, resident=4096 * 20), 66, "regression"),
        (in_use(0, resident=4096 * 20, rests=False), 7, "pass"),
    ],
)
def test_memory_left_behind_is_what_allocators_have_given_out(
    new: Served, left: int, outcome: str
) -> None:
    """Where they say it; or what is resident, where that is far more."""
    found = gate_verdict.of_memory(
        MANIFEST["hello"], [{"old": in_use(0), "again": in_use(0), "new": new}]
    )
    assert (found.outcome, round(found.new), round(found.limit)) == (outcome, left, 50)


@pytest.mark.parametrize(
    ("name", "few", "blocks"),
    [
        ("hello", False, 4),
        ("basic_auth_anonymous", False, 6),
        ("static_files", False, 7),
        ("sse", False, 11),
        ("sse", True, 4),
        ("file_1mib", False, 4),
    ],
)
def test_what_has_few_requests_in_a_block_has_more_blocks(
    name: str, few: bool, blocks: int
) -> None:
    assert paired.blocks_for(EVERY[name], few) == blocks


def test_a_step_of_resident_memory_is_no_slope() -> None:
    found = rounds([1.0], 1.0)
    found[0]["new"].resident[-1] += 2_000_000
    assert gate_verdict.of_memory(MANIFEST["hello"], found).outcome == "pass"


def test_the_noise_of_equal_servers_is_what_cpu_time_cannot_see() -> None:
    quiet = {"hello": rounds([1.001, 0.999], 1.0), "sse": rounds([1.0, 1.001], 1.0)}
    noisy = {"hello": rounds([1.05, 0.97], 1.0), "sse": rounds([0.95, 1.02], 1.0)}
    assert gate_verdict.cpu_noise(quiet) < 0.01
    assert gate_verdict.cpu_noise(noisy) > 0.1


@pytest.mark.parametrize(
    ("new", "noise", "sole", "outcome"),
    [
        (1.2, 0.05, False, "regression"),
        (1.04, 0.05, False, "pass"),
        (1.04, 0.05, True, "cannot tell"),
        (1.2, 0.05, True, "regression"),
        (1.0, 0.003, True, "pass"),
        (0.7, 0.05, False, "pass"),
    ],
)
def test_cpu_time_blocks_beyond_its_noise_only(
    new: float, noise: float, sole: bool, outcome: str
) -> None:
    found = gate_verdict.of_cpu("hello", rounds([1.0, 1.0], new), noise, 0.005, sole)
    assert found.outcome == outcome


@pytest.mark.parametrize(("sole", "outcome"), [(True, "cannot tell"), (False, "pass")])
def test_what_is_above_the_budget_by_chance_is_no_pass_where_nothing_else_decides(
    sole: bool, outcome: str
) -> None:
    those = rounds([1.0], 1.02) + rounds([1.0], 1.3)
    found = gate_verdict.of_cpu("hello", those, 0.08, 0.1, sole)
    assert (found.outcome, round(found.change, 2)) == (outcome, 0.16)
    screen = Console(width=200)
    with screen.capture() as shown:
        print_findings([found], screen)
    output = "INCONCLUSIVE hello: CPU µs +16.0% (200 → 232), where 10.00% are allowed"
    assert (output in shown.get()) == sole


@pytest.mark.parametrize(
    ("calls", "allowed", "outcome", "detail"),
    [
        ({"send": 2.0, "recv": 1.0}, 0, "pass", ""),
        ({"send": 2.02, "recv": 1.0}, 0, "pass", "send +0.02"),
        ({"send": 3.0, "recv": 1.0}, 0, "regression", "send +1.00"),
        ({"send": 3.0, "recv": 1.0}, 1, "pass", "send +1.00"),
        ({"sendmsg": 1.0, "recv": 1.0}, 0, "pass", "send -2.00, sendmsg +1.00"),
        ({"send": 3.0}, 0, "regression", "recv -1.00, send +1.00"),
        ({"send": 2.0, "recv": 1.0, "futex": 9.2}, 0, "regression", "futex +9.20"),
    ],
)
def test_a_system_call_more_is_a_regression(
    calls: dict[str, float], allowed: float, outcome: str, detail: str
) -> None:
    stacks = ({"send": 2.0, "recv": 1.0}, calls)
    old, new = (Count((1.0, 1.0), 1.0, syscalls=each) for each in stacks)
    found = gate_verdict.of_syscalls("hello", old, new, allowed)
    assert (found.outcome, found.detail) == (outcome, detail)


def by_chance(name: str, *numbers: float, **exact: float) -> Count:
    """Repeats of which each makes another number of a system call, and all the same of others."""
    ranges = {name: (min(numbers), max(numbers))} if len({*numbers}) > 1 else {}
    return Count((1.0, 1.0), 1.0, syscalls={name: median(numbers)} | exact, ranges=ranges)


@pytest.mark.parametrize(
    ("new", "outcome"),
    [
        (by_chance("futex", 27, 29, 40, recv=1), "pass"),
        (by_chance("futex", 27.5, 29, 40, recv=1), "regression"),
        (by_chance("futex", 20, 27, recv=1.5), "regression"),
        (by_chance("futex", 4, 9, recv=1.4), "pass"),
        (by_chance("futex", 4, 9, recv=1.5), "regression"),
    ],
)
def test_threads_that_take_turns_make_calls_by_chance(new: Count, outcome: str) -> None:
    """And hide none of those that are the same in each repeat."""
    old = by_chance("futex", 20, 22, 27, recv=1)
    found = gate_verdict.of_syscalls("static_files", old, new, 0)
    assert found.outcome == outcome
    assert (found.old, found.new) == (23, 23 + found.change)


def test_a_call_more_that_one_server_of_several_makes_is_chance() -> None:
    old, odd = by_chance("epoll_wait", 2.0), by_chance("epoll_wait", 3.0)
    assert gate_verdict.unclear("hello", old, odd, 0.005, 0)
    for others, outcome in ((old, "pass"), (odd, "regression")):
        new = odd + others + others
        found = gate_verdict.of_syscalls("hello", old + old + old, new, 0)
        assert found.outcome == outcome


def test_a_call_that_every_second_request_makes_is_one_more() -> None:
    old, new = by_chance("fsync", 0, 0, recv=1), by_chance("fsync", 0, 1, 1, recv=1)
    assert gate_verdict.of_syscalls("hello", old, new, 0).outcome == "regression"


@pytest.mark.parametrize(
    ("numbers", "again"), [((20.0, 20.0), True), ((20.0, 29.0), True), ((12.0, 12.0), False)]
)
def test_calls_by_chance_are_counted_in_other_layouts_before_they_are_a_regression(
    numbers: tuple[float, float], again: bool
) -> None:
    """By luck, no repeat of OLD was apart."""
    old, new = by_chance("futex", 12.0, 12.0), by_chance("futex", *numbers)
    assert gate_verdict.unclear("files", old, new, 0.005, 0) == again
    old, new = old + by_chance("futex", 12.0, 24.0), new + by_chance("futex", 24.0, 24.0)
    assert (old.ranges, old.syscalls) == ({"futex": (12.0, 24.0)}, {"futex": 15.0})
    assert gate_verdict.of_syscalls("files", old, new, 0).outcome == "pass"
    assert gate_verdict.unclear("files", old, new, 0.005, 0) is False


@pytest.mark.parametrize(
    ("again", "new", "outcome"),
    [
        (0.0003, 0.0003, "pass"),
        (0.0003, 0.044, "regression"),
        (0.0003, 0.0023, "regression"),
        (0.0003, 0.00058, "pass"),
        (0.0007, 0.0023, "pass"),  # as far apart as five times what equal servers are
        (0.0007, 0.0028, "regression"),
    ],
)
def test_waiting_blocks_far_beyond_what_equal_servers_are_apart(
    again: float, new: float, outcome: str
) -> None:
    roles = {"old": 0.0003, "again": again, "new": new}
    one = {role: served(2e-4, wait=wait) for role, wait in roles.items()}
    assert gate_verdict.of_waiting("hello", [one, one]).outcome == outcome


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [(0.0, 0.0, "pass"), (0.0, 30e-6, "pass"), (0.0, 0.0023, "regression"), (3e-4, 0.0, "pass")],
)
def test_a_server_that_was_not_seen_to_wait_is_judged_too(
    old: float, new: float, outcome: str
) -> None:
    """What the client saw was CPU time, all of it: once, on a quiet machine, a gate ended so."""
    waits = {"old": old, "again": old, "new": new}
    one = {role: served(2e-4, wait=wait) for role, wait in waits.items()}
    found = gate_verdict.of_waiting("hello", [one, one])
    assert (found.outcome, isfinite(found.change + found.noise + found.limit)) == (outcome, True)


@pytest.mark.parametrize(
    ("starts", "outcome"),
    [
        ((0.4, 0.41, 0.9), "regression"),
        ((0.4, 0.41, 0.49), "pass"),
        ((0.4, 0.5, 0.88), "pass"),
        ((0.4, 0.5, 0.91), "regression"),
    ],
)
def test_a_start_blocks(starts: tuple[float, float, float], outcome: str) -> None:
    """The least of each role's: the first start may compile."""
    slow = dict.fromkeys(paired.ROLES, 9.0)
    one = dict(zip(paired.ROLES, starts, strict=True))
    assert gate_verdict.of_start("hello", [slow, one]).outcome == outcome


@pytest.mark.parametrize(
    ("calm", "outcome"),
    [((0.4, 0.4, 0.41), "pass"), ((0.4, 0.4, 0.9), "regression")],
)
def test_a_start_that_seems_dearer_has_a_second_look(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    calm: tuple[float, float, float],
    outcome: str,
) -> None:
    """On a busy machine, one start of equal servers may take as much as a planted one."""
    monkeypatch.setattr(paired, "starts", lambda *_: [dict(zip(paired.ROLES, calm, strict=True))])
    seconds = zip(paired.ROLES, (0.5, 0.5, 0.9), strict=True)
    busy = {role: served(2e-4, start=start) for role, start in seconds}
    some = environment("1.0.0")
    assert (
        figures.started(some, some, MANIFEST["hello"], [busy], "hello", tmp_path).outcome == outcome
    )


@pytest.mark.parametrize(
    ("cpu", "late", "outcomes"),
    [
        (6e-5, 0.004, ["pass", "pass"]),
        (6.5e-5, 0.02, ["pass", "pass"]),
        (7e-5, 0.075, ["regression", "regression"]),
        (7e-5, 0.004, ["regression", "pass"]),
        (6e-5, 0.075, ["pass", "regression"]),
    ],
)
def test_an_event_among_many_streams_blocks(cpu: float, late: float, outcomes: list[str]) -> None:
    equal = fanout.Served([6e-5] * 5, [0.004] * 200)
    roles = {"old": equal, "again": equal, "new": fanout.Served([cpu] * 5, [late] * 200)}
    found = fanout_verdict.of_fanout("sse", [roles, roles])
    assert [each.outcome for each in found] == outcomes
    once = fanout_verdict.of_fanout("sse", [roles, dict.fromkeys(roles, equal)])
    assert [each.outcome for each in once] == ["pass", "pass"]
    assert [each.what for each in found] == list(fanout_verdict.FANOUT_WHATS)


@pytest.mark.parametrize(
    ("cpu", "late", "outcomes"),
    [
        (0.0, 0.0, ["pass", "pass"]),
        (1e-4, 0.075, ["regression", "regression"]),
        (0.0, 0.015, ["pass", "pass"]),
    ],
)
def test_events_that_cost_nothing_and_are_never_late_are_judged_too(
    cpu: float, late: float, outcomes: list[str]
) -> None:
    """One window's events may be of the one before, and a client that is late sees none late."""
    nothing = fanout.Served([0.0] * 5, [0.0] * 200)
    roles = {"old": nothing, "again": nothing, "new": fanout.Served([cpu] * 5, [late] * 200)}
    found = fanout_verdict.of_fanout("sse", [roles, roles])
    assert [each.outcome for each in found] == outcomes
    assert all(isfinite(each.change + each.noise + each.limit) for each in found)


@pytest.mark.parametrize(
    ("more", "red"),
    [
        ({}, []),
        ({"descriptors": 50}, ["descriptors left"]),
        ({"tasks": 50}, ["tasks left"]),
        ({"threads": 50}, ["threads left"]),
        ({"blocks": 300}, ["blocks left"]),
        ({"blocks": 30}, []),
    ],
)
def test_what_each_request_leaves_blocks(more: dict[str, int], red: list[str]) -> None:
    def keeping(more: dict[str, int]) -> Served:
        first = Census(9, 1, 2, 100_000, {"dict": 5})
        last = replace(first, types={"dict": 5, "Event": 60})
        for name, count in more.items():
            last = replace(last, **{name: getattr(last, name) + count})
        return Served(100, 0.4, [1e-4] * 5, [1] * 5, censuses=[first, last])

    one = {"old": keeping({}), "again": keeping({}), "new": keeping(more)}
    found = [each for each in gate_verdict.of_kept("sse", [one]) if each.outcome == "regression"]
    assert [each.what for each in found] == red
    assert [each.detail for each in found] == ["Event +60"] * len(red)


@pytest.mark.parametrize(("threads", "red"), [(2, []), (3, ["threads left"])])
def test_two_more_of_a_short_run_may_be_chance(threads: int, red: list[str]) -> None:
    """One more thread of a pool, where a few requests for a large file were sent."""

    def keeping(more: int) -> Served:
        first = Census(9, 1, 2, 100_000, {})
        last = replace(first, threads=first.threads + more)
        return Served(6, 0.4, [1e-4] * 4, [1] * 4, censuses=[first, last])

    one = {"old": keeping(0), "again": keeping(0), "new": keeping(threads)}
    found = [each for each in gate_verdict.of_kept("file", [one]) if each.outcome == "regression"]
    assert [each.what for each in found] == red


def censuses(tmp_path: Path, source: str) -> list[Census]:
    script = tmp_path / "keeps.py"
    script.write_text(source)
    environment = Environment("x", Path(sys.executable), "", {"uvicorn": "0"})
    server = AppServer(script, environment, tmp_path, under=Under(script=[str(census.RUNNER)]))
    try:
        server.log.wait_for(lambda lines: "ready" in lines, 20)
        return [census.take(server) for _ in range(3)]
    finally:
        server.kill()


def test_a_server_says_what_it_keeps(tmp_path: Path) -> None:
    _, first, last = censuses(tmp_path, KEEPS)
    assert (last.tasks, last.descriptors) == (first.tasks + 1, first.descriptors + 1)
    assert last.blocks > first.blocks
    assert last.types["Task"] == first.types["Task"] + 1
    assert first.used is not None
    assert last.used is not None
    assert 100_000 < last.used - first.used < 120_000


def test_timers_that_were_cancelled_are_not_kept(tmp_path: Path) -> None:
    """Of up to a hundred, as many as there happen to be, asyncio keeps hold."""
    _, first, last = censuses(tmp_path, CANCELS)
    assert first.used is not None
    assert last.used is not None
    assert last.types.get("TimerHandle", 0) == first.types.get("TimerHandle", 0) == 1
    assert abs(last.used - first.used) < 5_000


KEEPS = """
import asyncio, signal
kept = []
async def main():
    loop = asyncio.get_running_loop()
    census = signal.getsignal(signal.SIGUSR2)
    def keep(*_):
        kept.append((open("/dev/null"), loop.create_task(asyncio.sleep(99)), bytes(100_000)))
        census()
    signal.signal(signal.SIGUSR2, keep)
    print("ready", flush=True)
    await asyncio.sleep(99)
asyncio.run(main())
"""
"""It keeps one more task and descriptor, and 100 kB, each time that it is asked."""
CANCELS = """
import asyncio, signal
async def main():
    loop = asyncio.get_running_loop()
    census = signal.getsignal(signal.SIGUSR2)
    def cancel(*_):
        for _ in range(40):
            loop.call_later(50, print, bytes(1000)).cancel()
        census()
    signal.signal(signal.SIGUSR2, cancel)
    print("ready", flush=True)
    await asyncio.sleep(99)
asyncio.run(main())
"""


DUMP = """events: Ir sysCount sysTime
fn=(1) outer
0 100
+3 5
calls=1 0
* 40 2 9
cfn=(2) send@@GLIBC_2.2
calls=1 0
* 12 1 7
fn=(2)
* 12 1 7
fn=(3) mmap
* 4 1 1
fn=(4) __futex_abstimed_wait_common'2
-2 4 3 1
totals: 125 5 9
"""


def test_a_dump_has_system_calls_by_the_function_that_makes_them() -> None:
    """Those of a called function count for that, and an allocator's for nobody."""
    found = read_dump(DUMP)
    assert found.instructions == 125
    assert found.syscalls == {"send": 1, "futex_abstimed_wait_common": 3}
    with pytest.raises(Failure, match="without totals"):
        read_dump("fn=(1) half")


@pytest.mark.parametrize(
    ("new", "clear"),
    [
        ({}, True),
        ({"cpu": 2.02e-4}, True),
        ({"cpu": 2.06e-4}, False),
        ({"left": 20.0}, True),
        ({"left": 40.0}, False),
        ({"wait": 0.0004}, True),
        ({"wait": 0.0005}, False),
        ({"start": 0.44}, True),
        ({"start": 0.46}, False),
    ],
)
def test_what_comes_half_way_to_what_blocks_has_more_rounds(
    new: dict[str, Any], clear: bool
) -> None:
    """Though each of these passes."""
    census = Census(9, 1, 2, 100_000, {})
    one = {role: served(**({"cpu": 2e-4} | new)) for role in ("new",)}
    one |= {role: served(2e-4) for role in ("old", "again")}
    for each in one.values():
        each.censuses += [census, census]
    assert in_pairs.is_clear(MANIFEST["hello"], [one]) == clear


def test_only_what_is_not_clear_has_more_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, int]] = []

    def run(_, __, those, ___, rounds, *____):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN202
        ran.extend((each.name, number) for number in rounds for each in those)
        return {each.name: [{"old": number} for number in rounds] for each in those}

    monkeypatch.setattr(paired, "run", run)
    monkeypatch.setattr(in_pairs, "is_clear", lambda benchmark, _: benchmark.name != "sse")
    some = environment("1.0.0")
    with Progress(disable=True) as progress:
        found = in_pairs.in_pairs(some, some, chosen(None), tmp_path, progress, sole=False)
    assert sorted(ran) == sorted([*((name, 0) for name in MANIFEST), ("sse", 1)])
    assert {name: len(each) for name, each in found.items() if len(each) > 1} == {"sse": 2}


@pytest.mark.parametrize(
    ("late", "turns"), [([0.004], [0]), ([0.2, 0.004], [0, 1]), ([0.2, 0.2], [0, 1])]
)
def test_only_what_is_dearer_with_many_streams_has_a_second_round(
    late: list[float], turns: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []

    def measured(*given: Any) -> dict[str, fanout.Served]:
        ran.append(given[-1])
        equal = fanout.Served([6e-5] * 5, [0.004] * 200)
        return {
            "old": equal,
            "again": equal,
            "new": fanout.Served([6e-5] * 5, [late[ran[-1]]] * 200),
        }

    monkeypatch.setattr(fanout, "measured", measured)
    some = environment("1.0.0")
    found = fanout_verdict.measured(some, some, MANIFEST["sse"], Path())
    assert ran == turns
    assert [each.outcome for each in found] == ["pass", "regression" if late[-1] > 0.1 else "pass"]


def test_latency_never_blocks() -> None:
    slow = rounds([1.0], 1.0)
    slow[0]["new"].latencies = [1.0]
    assert gate_verdict.of_latency("hello", slow).outcome == "shown"


def test_a_regression_outweighs_what_cannot_be_told() -> None:
    old = counted(1.0)
    passing, regressing, hidden = (
        gate_verdict.of_counts("hello", old, new, 0.005)
        for new in (old, counted(1.1), counted(1.03, 0.97, 1.0, 0.98, 1.01))
    )
    assert overall([passing, hidden, regressing]) == "regression"
    assert overall([passing, hidden]) == "cannot tell"
    assert overall([passing]) == "pass"


def test_what_could_have_been_seen_is_the_largest_noise() -> None:
    findings = [
        gate_verdict.of_counts("hello", counted(1.0), counted(1.0), 0.005),
        gate_verdict.of_memory(MANIFEST["hello"], rounds([1.0, 1.0], 1.0)),
    ]
    assert seen(findings) == (
        "smallest detectable change: 0.35% of instructions, 50 bytes of memory retained"
    )


@pytest.mark.parametrize("measured", [{"hello": 1}, {"hello": 1, "sse": 1, "renamed": 1}])
def test_a_benchmark_left_out_or_renamed_cannot_pass(measured: dict[str, object]) -> None:
    with pytest.raises(CannotTell, match=r"not measured as the manifest says: (sse|renamed)"):
        complete(["hello", "sse"], [{"hello": 1, "sse": 1}, measured])


def test_an_unknown_benchmark_is_a_mistake_of_the_user() -> None:
    assert [benchmark.name for benchmark in chosen(None)] == list(MANIFEST)
    with pytest.raises(UsageError, match="no benchmark nope; there are hello, json_cors"):
        chosen(["hello", "nope"])
