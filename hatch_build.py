"""What a wheel carries beside the package: the files of the project that commands need.

They go into the package, so that site-packages gets one name. An editable installation needs none:
in a clone, the clone's files count.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = (
    "apps",
    "benchmarks",
    "clients",
    "loadtests",
    "locust_plugins.py",
    "pyproject.toml",
    "specs",
)


class Carry(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            inside = {name: f"starlette_conformance/_project/{name}" for name in CARRIED}
            build_data["force_include"].update(inside)
