"""`stacks`."""

from pathlib import Path

from starlette_conformance.cli.options import command, listed_json

COLUMNS = ("name", "parser", "loop", "exclude_newer", "requirements")


@command()
@listed_json
def stacks(json: Path | None) -> int:
    """A name can be given wherever a stack is wanted."""
    from starlette_conformance.model.stack import ALWAYS
    from starlette_conformance.output.printing import write_line
    from starlette_conformance.output.result import Result
    from starlette_conformance.runs.rerun_commands import of_verb
    from starlette_conformance.stacks.project import catalogue

    known = catalogue().stacks.values()
    if json:
        rows = [{column: getattr(stack, column) for column in COLUMNS} for stack in known]
        Result(0, f"{len(rows)} stacks", of_verb("stacks")).write(json, stacks=rows)
        return 0
    wide = 44  # longer names push the rest
    write_line(f"{'name':{wide}}  released by  pinned; the newest of everything else")
    for stack in known:
        pinned = [text for text in stack.requirements if text not in ALWAYS]
        pinned += [f"Python {stack.python}"] if stack.python else []
        released = (stack.exclude_newer or "today").partition("T")[0]
        write_line(f"{stack.name:{wide}}  {released:11}  {', '.join(pinned)}".rstrip())
    said = "`diff OLD NEW` takes two of these names; --help shows other ways to name a stack"
    write_line(f"{len(known)} stacks; {said}", stderr=True)
    return 0
