"""`releases`."""

import json as data
import sys

import click

from starlette_conformance.cli.options import command


@command()
@click.option("--json", is_flag=True, help="As JSON.")
def releases(json: bool) -> int:
    """Prints lines to paste. Exits with 1 if there are any."""
    from packaging.version import Version

    from starlette_conformance.stacks import package_index
    from starlette_conformance.stacks.project import catalogue

    known = catalogue().axes["starlette"].vary["starlette"]
    oldest = min(Version(release) for release in known)
    yanked = package_index.releases("starlette")
    lacking = [r for r in yanked if Version(r) >= oldest and r not in known]
    if json:
        print(data.dumps([{"release": r, "yanked": yanked[r]} for r in lacking], indent=2))
        return int(bool(lacking))
    for release in lacking:
        print(f'    "{release}",' + ("  # yanked" if yanked[release] else ""))
    print(f"specs/stacks.toml lacks {len(lacking)} of the {len(yanked)} releases", file=sys.stderr)
    return int(bool(lacking))
