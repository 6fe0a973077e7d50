"""From when to when rates, times and events count."""

import os
import time

from locust.runners import WorkerRunner

import _profiles
from _schedule import NULL
from _state import STREAMS, run
from starlette_conformance.load.cpu_clocks import Stopwatch
from starlette_conformance.load.results_file import Process


def open_window_of_requests() -> None:
    """Rates and times count from here on; whether responses are right always counts."""
    for kind in list(run.metrics.histograms):
        if kind.startswith(("requests ", "due ")) or kind == NULL:
            del run.metrics.histograms[kind]
    for kind in list(run.metrics.counts):
        if kind.startswith(("target ", "sent ")):
            del run.metrics.counts[kind]
    for schedule in run.schedules:
        schedule.restart(run.metrics, schedule.key)
    run.watch, run.window_began = Stopwatch(os.getpid()), time.monotonic()


def window_opens() -> None:
    if isinstance(run.runner, WorkerRunner):
        run.runner.send_message("window")
    else:
        all_windows_are_open()
    if run.fanout:
        run.profile.in_window(run.fanout)


def all_windows_are_open() -> None:
    if run.raw:
        run.raw.window_opens()
    if streams := run.servers.get(STREAMS):  # requests count from the start
        streams.mark()
    if run.restarting:
        run.restarting.begin()


def close_metrics() -> None:
    if run.nulls:
        run.nulls.end()
        run.nulls = None
        now = time.monotonic()
        run.metrics.request_seconds = now - run.window_began
        for schedule in run.schedules:
            schedule.settle(now)
        run.schedules.clear()
    if run.fanout:
        run.fanout.close()
        if run.profile.stops_server:
            run.fanout.wait_for_ends(_profiles.END_SECONDS)
    elif not run.metrics.generators:
        share = run.watch.share()
        run.metrics.generators = [Process(share.cores, share.waiting)]
