"""A run of locust, from its options to its exit code.

The failing exit code is set first; the passing one last, where the figures allow it.
"""

import inspect
import signal
import sys
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

import _report
import _servers
import _web
from _aggregate import Measured, gather, results
from _embedded import start_servers
from _fanout import PATH, Fanout
from _interrupts import leave_it_to_the_master, signal_that_ends_it
from _locust_stats import count_requests_from_here
from _raw import Raw
from _schedule import NullRequests
from _state import STREAMS, run
from _stops import Restarting, begin_shutdown, streams_may_end
from _windows import all_windows_are_open, close_metrics, open_window_of_requests, window_opens
from starlette_conformance.load.results_file import Results, Spread, with_crashed, written
from starlette_conformance.load.run_verdict import FINDING, Thresholds, Verdict, judged
from starlette_conformance.model.errors import Failure
from starlette_conformance.output import output_files
from starlette_conformance.output.logs import make_logs_inert
from starlette_conformance.output.printing import write_line
from starlette_conformance.process import descriptors

POLL_SECONDS = 0.5
UNDER_WAY = ("spawning", "running")
"""The states of locust's runner in which a run has not ended by itself."""


@events.init.add_listener
def start(environment: Environment, **_: Any) -> None:
    """Start the servers, or see that the one of --host listens."""
    make_logs_inert("root", "locust", "locust.stats_logger")
    run.environment = environment
    runner = environment.runner
    inspect.stack()  # as locust does when a run ends: the first time, nothing is read for 0.1 s
    if isinstance(runner, WorkerRunner):
        runner.register_message("close metrics", _close_metrics_of_worker, concurrent=True)
        runner.register_message("restart", streams_may_end)
        signal.signal(signal.SIGINT, leave_it_to_the_master)
        descriptors.enough_for(0, "connections")  # how many it will be, the master knows
        return
    environment.process_exit_code = Failure.exit_code
    _web.add_band(environment, _verdict)
    try:
        output_files.check([_results_file()])
        descriptors.enough_for(run.connections, "connections")
        start_servers(environment)
    except Failure as failure:
        write_line(failure.message, stderr=True)
        sys.exit(failure.exit_code)
    if isinstance(runner, MasterRunner):
        runner.register_message("metrics", _metrics_of_worker)
        runner.register_message("window", _window_of_worker)
    gevent.spawn(_watch)


@events.test_start.add_listener
def begin(environment: Environment, **_: Any) -> None:
    run.clear()
    run.use(getattr(run.options, "hosts", {}))  # travels to the workers with the other options
    for loaded in run.servers.values():
        loaded.begin()
    if run.generates and run.names:
        run.null = _servers.null(run.options.interval)
        run.nulls = NullRequests(run.null.url, run.metrics)
        run.metrics.counts["ceiling"] = int(run.nulls.ceiling())
        open_window_of_requests()
        run.nulls.begin()
    if not run.has_streams:
        return
    if run.generates:
        options = run.options
        run.fanout = Fanout(environment, run.metrics, options.interval, run.profile)
    if run.leads and run.profile.restarts_server:
        run.restarting = Restarting()  # beside which the raw reader, which stays away, says nothing
    elif run.leads:
        url = environment.host or run.servers[STREAMS].url
        users = run.runner.target_user_count
        ramp = users / (run.options.spawn_rate or 1)
        run.raw = Raw(_servers.address(url), PATH, users, run.options.interval, ramp)


@events.spawning_complete.add_listener
def spawned(**_: Any) -> None:
    run.spawned += 1
    if run.names:
        count_requests_from_here(run.environment)
    if run.generates and run.names:
        open_window_of_requests()
    if run.fanout and not run.windows:
        run.windows += 1
        run.fanout.open_window(window_opens)


@events.report_to_master.add_listener
def report(client_id: str, data: dict[str, Any]) -> None:
    data["metrics"] = run.metrics.snapshot()


@events.worker_report.add_listener
def reported(client_id: str, data: dict[str, Any]) -> None:
    """What a worker has seen so far; its last word is final."""
    if client_id not in run.reported:
        run.of_workers[client_id] = data["metrics"]


@events.test_stopping.add_listener
def close(environment: Environment, **_: Any) -> None:
    """Close the metrics, before any user is stopped."""
    if not run.leads:
        close_metrics()
        return
    if run.stopping:
        return
    run.stopping = True
    if run.raw:
        run.raw.window_closes()
    if run.restarting:
        run.restarting.end()
    measured = Measured(run.servers)
    shutdown = begin_shutdown()
    if isinstance(environment.runner, MasterRunner):
        gather(environment.runner)
    else:
        close_metrics()
    if shutdown:
        shutdown.join()
    run.results = results(measured, run.raw.spread() if run.raw else Spread())
    run.codes.append(judged(run.results, _thresholds()).exit_code)
    run.stopping = False


@events.test_stop.add_listener
def end(**_: Any) -> None:
    if run.null:
        run.null.server.kill()
        run.null = None
    if run.fanout:
        run.fanout.end()
        run.fanout = None
    if run.raw:
        run.raw.kill()
    if run.leads and not run.options.headless:
        print_report()


@events.quitting.add_listener
def conclude(environment: Environment, **_: Any) -> None:
    cut_off = run.options.headless and run.options.run_time and run.runner.state in UNDER_WAY
    if cut_off:
        run.interrupted = signal_that_ends_it()
    run.runner.stop()
    if not run.leads:
        return
    run.stopping = True
    if left := _servers.stop_all(run.servers):
        run.results = with_crashed(_so_far(), left)
    if path := _results_file():
        output_files.write(path, written(_so_far()))
    last = _verdict().exit_code
    codes = [] if cut_off else run.codes
    ends = [*codes, last]  # a finding outweighs a figure that is inconclusive
    environment.process_exit_code = FINDING if FINDING in ends else next(filter(None, ends), 0)


@events.quit.add_listener
def print_report(**_: Any) -> None:
    if run.leads:
        aside = _results_file() == output_files.STDOUT
        _report.print_report(_so_far(), _verdict(), aside)


def _verdict() -> Verdict:
    """None on the stack where the run was cut off."""
    if not run.interrupted:
        return judged(_so_far(), _thresholds())
    why = "the run was interrupted before its time (-t) was over"
    return Verdict(128 + run.interrupted, (why,))


def _thresholds() -> Thresholds:
    return Thresholds(run.options.fail_p99, run.options.fail_rate)


def _results_file() -> Path | None:
    return Path(run.options.results) if run.options.results else None


def _so_far() -> Results:
    return run.results or Results(servers={}, crashed=tuple(run.crashed))


def _window_of_worker(**_: Any) -> None:
    run.windows += 1
    if run.windows == run.workers:
        all_windows_are_open()


def _close_metrics_of_worker(environment: Environment, **_: Any) -> None:
    assert isinstance(environment.runner, WorkerRunner)
    close_metrics()
    environment.runner.send_message("metrics", run.metrics.snapshot())


def _metrics_of_worker(msg: Any, **_: Any) -> None:
    run.of_workers[msg.node_id] = msg.data
    run.reported.add(msg.node_id)


def _watch() -> None:
    """End the run as soon as a server has crashed."""
    while True:
        gevent.sleep(POLL_SECONDS)
        if not run.stopping and (found := _servers.crashed(run.servers)):
            run.crashed += found
            write_line("\n".join(found), stderr=True)
            run.runner.quit()
            return
