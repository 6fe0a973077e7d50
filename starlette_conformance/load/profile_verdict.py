"""What the profiles `stall` and `restart` came to: in words, what is wrong, what is not known."""

from collections.abc import Iterator

from starlette_conformance.load.rates import SHARE, starved
from starlette_conformance.load.results_file import Fanout, Restart, Spread, Stall

STALL = "stall"
RESTART = "restart"

STALLED_BYTES = 1 << 20
"""What a server may keep for a client that has stopped reading: uvicorn keeps 64 KiB and an event,
and Python takes some more."""

LATE_MS = 100.0
"""At p99, beside clients that have stopped reading; and twice what it was before."""

KIB = 1024


def profile_notes(fanout: Fanout) -> Iterator[str]:
    if stall := fanout.stall:
        each = "-" if stall.bytes_each is None else f"{stall.bytes_each / KIB:,.1f} KiB"
        yield (
            f"{stall.clients} subscribers stopped reading, {stall.held_back} of which the server "
            f"held back. Its memory grew by {each} for each. The others' events were "
            f"{stall.calm.p99:.1f} ms late at p99 before, and {stall.beside.p99:.1f} since then."
        )
    if (restart := fanout.restart) and not restart.failed:
        time = restart.time
        yield (
            f"The server was restarted, and listened again {restart.listening:.1f} s after "
            f"SIGTERM. {restart.back} of {restart.clients} clients came back, {time.p50:.0f} ms at "
            f"p50 and {time.max:.0f} ms at most after their streams had ended; {restart.by_id} "
            "sent Last-Event-ID."
        )
        yield (
            f"{restart.resumed} streams went on where they had been, and {restart.anew} began with "
            f"event 1 again: {restart.lost} events were lost, {restart.repeated} repeated."
        )


def profile_findings(fanout: Fanout) -> Iterator[str]:
    stall, restart = fanout.stall, fanout.restart
    if stall and (stall.bytes_each or 0) > STALLED_BYTES:
        yield (
            f"the server's memory grew by {(stall.bytes_each or 0) / KIB:,.0f} KiB for each of "
            f"{stall.clients} clients that stopped reading (at most {STALLED_BYTES // KIB:,})"
        )
    if stall and _late(stall) and not _disturbed(fanout, stall):
        yield _how_late(stall)
    if restart and restart.gave_up and not restart.failed:
        yield (
            f"{restart.gave_up} of {restart.clients} clients did not come back after the restart"
        )


def profile_doubts(fanout: Fanout) -> Iterator[str]:
    if fanout.profile == STALL:
        yield from _doubts_of_stall(fanout, fanout.stall or Stall(0, 0, None, Spread(), Spread()))
    if fanout.profile == RESTART:
        yield from _doubts_of_restart(fanout.restart or Restart(failed="nobody did"))


def _doubts_of_stall(fanout: Fanout, stall: Stall) -> Iterator[str]:
    if not stall.clients:
        yield (
            "no subscriber stopped reading: give the run more users (-u; 1 in 5 does) and time (-t)"
        )
        return
    if stall.bytes_each is None:
        yield "the memory of a server that was not started here is not known: leave out --host"
    if stall.held_back < stall.clients:
        yield (
            f"the server still wrote to {stall.clients - stall.held_back} of {stall.clients} "
            "clients that had stopped reading, so what it keeps at most is not known: give its "
            "events more bytes (--padding), or the run more time (-t)"
        )
    if not stall.calm.count or not stall.beside.count:
        yield "no events before and beside the clients that stopped reading can be compared"
    elif _late(stall) and _disturbed(fanout, stall):
        yield f"the server was not the limit: {_how_late(stall)}"


def _doubts_of_restart(restart: Restart) -> Iterator[str]:
    if restart.failed:
        yield f"the server was not restarted: {restart.failed}"
    elif not restart.clients:
        yield "no stream ended when the server was restarted"
    elif under_way := restart.clients - restart.back - restart.gave_up:
        yield (
            f"the run ended while {under_way} of {restart.clients} clients still tried to come "
            "back: give it more time (-t)"
        )
    elif eventless := restart.back - restart.resumed - restart.anew:
        yield (
            f"the run ended before {eventless} of {restart.back} clients that came back had an "
            "event: give it more time (-t)"
        )


def _late(stall: Stall) -> bool:
    return stall.beside.p99 > max(LATE_MS, 2 * stall.calm.p99)


def _disturbed(fanout: Fanout, stall: Stall) -> bool:
    """Whether that lateness may be another's doing."""
    return starved(fanout.server) or fanout.null.p99 > SHARE * stall.beside.p99


def _how_late(stall: Stall) -> str:
    return (
        f"beside clients that stopped reading, the others' events were {stall.beside.p99:.0f} ms "
        f"late at p99, and {stall.calm.p99:.0f} before"
    )
