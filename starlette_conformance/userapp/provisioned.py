"""The environment that a user's app runs in."""

from collections.abc import Sequence

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.servers import DEFAULT
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.stacks.targets import made, one, with_packages, without_added
from starlette_conformance.userapp.user_app import App


def provisioned(word: str, app: App, extra: Sequence[str], chosen: Chosen) -> Environment:
    """The environment of what a word means, with more packages. Raises UsageError, Failure.

    It has Starlette, sse-starlette and a server where the word names them, or the app uses them.
    """
    target = one(word, framework=False, chosen=chosen)
    wanted = {name.replace("_", "-") for name in app.source.imported}
    served = set() if app.starting.command else {DEFAULT.name}
    named = without_added(target, word, wanted | served)
    environment = made(with_packages(named, extra))
    server = environment.server.name
    if served and not environment.has(server):
        raise UsageError(
            f"{word}: {server} not installed there; install it, name another stack, or use --start"
        )
    return environment
