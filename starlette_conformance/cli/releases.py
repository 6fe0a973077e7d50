"""`releases`."""

from pathlib import Path

from starlette_conformance.cli.options import command, listed_json


@command()
@listed_json
def releases(json: Path | None) -> int:
    """Prints lines to paste. Exits with 1 if there are any."""
    from packaging.version import Version

    from starlette_conformance.output.printing import write_line
    from starlette_conformance.output.result import Result
    from starlette_conformance.runs.rerun_commands import of_verb
    from starlette_conformance.stacks import package_index
    from starlette_conformance.stacks.project import catalogue

    known = catalogue().axes["starlette"].vary["starlette"]
    oldest = min(Version(release) for release in known)
    yanked = package_index.releases("starlette")
    lacking = [r for r in yanked if Version(r) >= oldest and r not in known]
    lacks = f"specs/stacks.toml lacks {len(lacking)} of the {len(yanked)} releases"
    if json:
        rows = [{"release": release, "yanked": yanked[release]} for release in lacking]
        stacks = [f"starlette=={release}" for release in lacking if not yanked[release]]
        judge = [of_verb("judge", "--stack", each) for each in stacks]
        found = Result(int(bool(lacking)), lacks, of_verb("releases"), next=judge)
        found.write(json, releases=rows)
        return found.exit_code
    for release in lacking:
        write_line(f'    "{release}",' + ("  # yanked" if yanked[release] else ""))
    write_line(lacks, stderr=True)
    return int(bool(lacking))
