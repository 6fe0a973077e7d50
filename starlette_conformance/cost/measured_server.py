"""The server of an app on a stack whose cost is measured."""

from dataclasses import replace

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import apps, script, site_files


def measured_server(
    app: str, environment: Environment, under: Under, interval: float | None = None
) -> Server:
    """A server whose events, if it has some, come every `interval` seconds.

    It gets the same environment variables on each stack, however that was named.

    An interpreter's server has the harness's own elsewhere, and one PYTHONUNBUFFERED among them
    made 0.8 % of an event.
    """
    files = site_fixture.lay_out(site_files())
    alike = replace(environment, passes_variables=False)
    arguments = apps()[app].arguments(interval)
    return Server(script(app), alike, files, arguments, under=under)
