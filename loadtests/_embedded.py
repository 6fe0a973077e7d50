"""Which servers a run needs, and starting them."""

from typing import Any

from locust.env import Environment

import _options
import _servers
import _user_app
from _state import run
from starlette_conformance.model.errors import UsageError


def start_servers(environment: Environment) -> None:
    """One for each User class on each stack, or none where --host is given. Raises Failure."""
    if environment.host and _user_app.is_wanted(run.options):
        raise UsageError(f"{_user_app.CLASS} starts the app of --app: leave out --host")
    if not _user_app.is_wanted(run.options):
        others = [each for each in environment.user_classes if each.__name__ != _user_app.CLASS]
        environment.user_classes[:] = others
    _options.check(environment.host or "")
    if environment.host:
        _servers.check_reachable(environment.host)
        return
    classes: dict[tuple[str, ...], tuple[str, Any]] = {}
    for each in environment.user_classes:
        names = tuple(run.keys(each.__name__))
        if each.__name__ == _user_app.CLASS:
            servers, run.options.sendable = _user_app.started(run.options, run.stacks, names)
            run.servers |= servers
        else:
            classes[names] = (str(vars(each)["app"]), vars(each).get("script"))
    if classes:
        interval, padding = run.options.interval, run.options.padding
        run.servers |= _servers.embedded(run.stacks, classes, interval, padding)
    run.options.hosts = {name: each.url for name, each in run.servers.items()}
    run.use(run.options.hosts)  # or the web UI would want a host
