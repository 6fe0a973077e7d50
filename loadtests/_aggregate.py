"""From the metrics of all generators, and what was measured beside, to the results of the run."""

import time
from collections.abc import Iterator

import gevent
from locust.runners import STATE_MISSING, STATE_SPAWNING, MasterRunner

from _metrics import Metrics
from _reader import NULL
from _schedule import NULL as NULL_REQUESTS
from _servers import Loaded
from _stalling import BESIDE, CALM
from _state import STREAMS, run
from starlette_conformance.load import results_file
from starlette_conformance.load.profile_verdict import STALL

MIB = 1024 * 1024
SECONDS = 60.0
"""How long the master waits for the metrics of its workers."""


class Measured:
    """What the servers took, at the moment when the metrics were closed."""

    def __init__(self, servers: dict[str, Loaded]) -> None:
        self.cpu: dict[str, float] = {}
        self.processes: dict[str, results_file.Process] = {}
        for name, each in servers.items():
            if each.alive and each.watch:
                self.cpu[name] = each.watch.cpu_seconds()
                share = each.watch.share()
                self.processes[name] = results_file.Process(
                    share.cores, share.waiting, each.before, each.memory()
                )


def gather(master: MasterRunner) -> None:
    """Have all workers close their metrics, and wait until they reported what stands there.

    One that was killed never will: locust calls it missing after some seconds.
    """
    master.send_message("close metrics")
    deadline = time.monotonic() + SECONDS
    while _awaited(master) and time.monotonic() < deadline:
        gevent.sleep(0.05)


def _awaited(master: MasterRunner) -> bool:
    there = {each.id for each in master.clients.all if each.state != STATE_MISSING}
    return not there <= run.reported


def servers() -> dict[str, str]:
    """What each User class loads: a stack, or the server at --host."""
    started = {name: str(each.server.environment) for name, each in run.servers.items()}
    host = run.environment.host or ""
    return started or dict.fromkeys((*run.names, *([STREAMS] * run.has_streams)), host)


def results(measured: Measured, raw: results_file.Spread) -> results_file.Results:
    metrics = run.entered()
    names = run.names
    requests = {}
    for name in (key for each in names for key in run.keys(each)):
        together = sum(metrics.counts[f"target {key}"] for key in run.keys(name.split()[0]))
        count = metrics.counts[f"requests {name}"]
        cpu = measured.cpu.get(name)
        requests[name] = results_file.Requests(
            count,
            metrics.counts[f"failures {name}"],
            metrics.spread(f"requests {name}"),
            cpu / count * 1e6 if cpu is not None and count else None,
            metrics.spread(f"due {name}"),
            metrics.counts[f"target {name}"],
            metrics.counts[f"sent {name}"],
            metrics.request_seconds * metrics.counts[f"target {name}"] / max(1, together),
            measured.processes.get(name),
        )
    return results_file.Results(
        servers=servers(),
        requests=requests,
        fanout=_fanout(measured, raw) if run.has_streams else None,
        crashed=tuple(run.crashed),
        examples=tuple(metrics.examples),
        processes=max(1, run.workers, len(run.of_workers)),
        silent=0 if run.generates else max(run.workers, len(run.of_workers)) - len(run.reported),
        respawned=run.spawned > 1,
        cores=max((each.cores for each in metrics.generators), default=0.0),
        waiting=max((each.waiting for each in metrics.generators), default=0.0),
        null=metrics.spread(NULL_REQUESTS),
        ceiling=metrics.counts["ceiling"],
        sides=tuple(run.stacks) if len(run.stacks) > 1 else (),
        users=run.runner.target_user_count,
        started=_started(),
    )


def _started() -> int:
    """Users, while none was stopped yet."""
    runner = run.runner
    return runner.user_count if runner.state == STATE_SPAWNING else runner.target_user_count


def _fanout(measured: Measured, raw: results_file.Spread) -> results_file.Fanout:
    metrics = run.entered()
    lateness = metrics.spread("lateness")
    counts = metrics.counts
    server = measured.processes.get(STREAMS)
    rate = (lateness.count + raw.count) / metrics.seconds if metrics.seconds else 0.0
    restart = _restart(metrics) if run.restarting else None
    return results_file.Fanout(
        wanted=run.wanted or counts["sent"],
        connected=counts["connected"],
        interval=run.options.interval,
        profile=run.options.sse_profile,
        seconds=metrics.seconds,
        lateness=lateness,
        null=metrics.spread(NULL),
        lag=metrics.spread("lag"),
        raw=raw,
        drift=counts["drift ns"] / max(1, counts["drift events"]) / 1e6,
        defects=dict(metrics.defects),
        server=server,
        cpu_us=server.cores / rate * 1e6 if server and rate and not restart else None,
        generators=tuple(metrics.generators),
        notes=(*run.notes, *_notes(metrics, server)),
        faults=tuple(run.faults),
        first_event=metrics.spread("first event"),
        gap=metrics.spread("gap"),
        stall=_stall(metrics, server) if run.options.sse_profile == STALL else None,
        restart=restart,
    )


def _stall(metrics: Metrics, server: results_file.Process | None) -> results_file.Stall:
    clients = metrics.counts["stalled"]
    grown = max(0, server.bytes_with - run.servers[STREAMS].marked) if server else None
    return results_file.Stall(
        clients,
        metrics.counts["held back"],
        grown // max(1, clients) if grown is not None else None,
        metrics.spread(CALM),
        metrics.spread(BESIDE),
    )


def _restart(metrics: Metrics) -> results_file.Restart:
    """What the server did, and what its clients saw of it."""
    assert run.restarting is not None
    counts = {
        name: metrics.counts[f"restart: {name.replace('_', ' ')}"]
        for name in ("back", "by_id", "gave_up", "resumed", "anew", "lost", "repeated")
    }
    clients, time = metrics.counts["restart: ended"], metrics.spread("restart")
    return results_file.with_clients(run.restarting.seen, clients=clients, time=time, **counts)


def _notes(metrics: Metrics, server: results_file.Process | None) -> Iterator[str]:
    """What the profile of the run shows beside lateness."""
    counts = metrics.counts
    if slow := counts["slow readers"]:
        yield (
            f"{slow} of the subscribers read nothing while events counted, and found "
            f"{counts['slow events']} whole and in order afterwards."
        )
    if counts["sent"] > run.wanted:
        yield f"{counts['sent']} streams were opened in all."
    if (storm := metrics.spread("storm")).count:
        yield f"All left and subscribed again at once: the last was back after {storm.max:.0f} ms."
        if server:
            before = run.servers[STREAMS].marked / MIB
            after = server.bytes_with / MIB
            yield f"The server's memory was {before:.1f} MiB before that, {after:.1f} at the end."
    if ends := counts["ended whole"] + counts["cut off"] + counts["left open"]:
        yield (
            f"Of {ends} open streams, {counts['ended whole']} ended with their last chunk, "
            f"{counts['cut off']} were cut off, and {counts['left open']} stayed open."
        )
