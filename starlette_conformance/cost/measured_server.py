"""The server of an app on a stack whose cost is measured."""

from collections.abc import Sequence
from dataclasses import replace

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script, site_files


def served(
    app: str, environment: Environment, under: Under, arguments: Sequence[str] = ()
) -> Server:
    """It gets the same environment variables on each stack, however that was named.

    An interpreter's server has the harness's own elsewhere, and one PYTHONUNBUFFERED among them
    made 0.8 % of an event.
    """
    files = site_fixture.lay_out(site_files())
    alike = replace(environment, passes_variables=False)
    return Server(script(app), alike, files, arguments, under=under)
