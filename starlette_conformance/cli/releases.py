"""`releases`."""

import click

from starlette_conformance.cli.options import command


@command()
@click.option("--json", is_flag=True, help="As JSON.")
def releases(json: bool) -> int:
    """Prints lines to paste. Exits with 1 if there are any."""
    from packaging.version import Version

    from starlette_conformance.output.output_files import as_json
    from starlette_conformance.output.printing import write_line
    from starlette_conformance.stacks import package_index
    from starlette_conformance.stacks.project import catalogue

    known = catalogue().axes["starlette"].vary["starlette"]
    oldest = min(Version(release) for release in known)
    yanked = package_index.releases("starlette")
    lacking = [r for r in yanked if Version(r) >= oldest and r not in known]
    if json:
        rows = [{"release": release, "yanked": yanked[release]} for release in lacking]
        write_line(as_json(rows, indent=2))
        return int(bool(lacking))
    for release in lacking:
        write_line(f'    "{release}",' + ("  # yanked" if yanked[release] else ""))
    lacks = f"specs/stacks.toml lacks {len(lacking)} of the {len(yanked)} releases"
    write_line(lacks, stderr=True)
    return int(bool(lacking))
