"""`stacks`."""

import click

from starlette_conformance.cli.options import command

COLUMNS = ("name", "parser", "loop", "exclude_newer", "requirements")


@command()
@click.option("--json", is_flag=True, help="As JSON.")
def stacks(json: bool) -> int:
    """A name can be given wherever a stack is wanted."""
    from starlette_conformance.model.stack import ALWAYS
    from starlette_conformance.output.output_files import as_json
    from starlette_conformance.output.printing import write_line
    from starlette_conformance.stacks.project import catalogue

    known = catalogue().stacks.values()
    if json:
        rows = [{column: getattr(stack, column) for column in COLUMNS} for stack in known]
        write_line(as_json(rows, indent=2))
        return 0
    wide = max(len(stack.name) for stack in known)
    write_line(f"{'name':{wide}}  released by  pinned; the newest of everything else")
    for stack in known:
        pinned = [text for text in stack.requirements if text not in ALWAYS]
        pinned += [f"Python {stack.python}"] if stack.python else []
        released = (stack.exclude_newer or "today").partition("T")[0]
        write_line(f"{stack.name:{wide}}  {released:11}  {', '.join(pinned)}".rstrip())
    return 0
