"""Options of a command from `[tool.starlette-conformance]` of a pyproject.toml.

A key is an option without its dashes, or an argument; `_` may stand for `-`. What is given on the
command line counts instead. Paths are relative to the file.
"""

import difflib
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from starlette_conformance.cli.options import FILE
from starlette_conformance.model.decode import text_of_toml, toml_text
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.toml_places import line_of_key, lines_of_tables, place_of

NAME = "pyproject.toml"
TABLE = "tool.starlette-conformance"
READERS = ("diff", "record")
IGNORE = "ignore"


class ProjectOptions:
    """What a project says, and where. Raises UsageError, with file and line."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.table: dict[str, Any] = {}
        self.ignore: Any = []
        self.ignore_places: list[str] = []
        if not self.path.is_file():
            return
        self._text = text_of_toml(self.path)
        tools = toml_text(self._text, self.path).get("tool", {})
        table = tools.get("starlette-conformance", {}) if isinstance(tools, dict) else None
        if not isinstance(table, dict):
            raise UsageError(f"{self.path}: [{TABLE}] is no table")
        self.ignore = table.pop(IGNORE, [])
        lines = lines_of_tables(self._text, f"{TABLE}.{IGNORE}")
        self.ignore_places = [place_of(self.path, lines, n) for n in range(len(self.ignore))]
        self.table = table

    def fill(self, context: click.Context) -> None:
        """Give the parameters of a command what the project says, where nobody else does, but for
        what only another reader of the table has.
        """
        named = {_key(param): param for param in context.command.params if _key(param)}
        for key, value in self.table.items():
            where = f"{self.path}:{line_of_key(self._text, TABLE, key)}: {key}"
            if (param := named.get(key.replace("_", "-"))) is None:
                if key.replace("_", "-") in _of_readers(context):
                    continue
                near = difflib.get_close_matches(key, named, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise UsageError(f"{where}: not an option of {context.info_name}{hint}")
            if context.get_parameter_source(str(param.name)) is not ParameterSource.COMMANDLINE:
                context.params[str(param.name)] = self._value(param, value, where, context)

    def _value(self, param: click.Parameter, value: Any, where: str, context: click.Context) -> Any:
        values = value if isinstance(value, list) else [value]
        flag = getattr(param, "is_flag", False)
        if any(type(each) not in ({bool} if flag else {str, int, float}) for each in values):
            wanted = "true or false" if flag else "text or a number"
            raise UsageError(f"{where}: {wanted} is wanted, not {str(value)[:80]!r}")
        if isinstance(value, list) and not param.multiple:
            raise UsageError(f"{where}: one value is wanted, not a list")
        try:
            found = [param.type.convert(str(each), param, context) for each in values]
        except click.BadParameter as error:
            raise UsageError(f"{where}: {' '.join(error.message.split())}") from None
        if param.type is FILE:
            found = [each if str(each) == "-" else self.path.parent / each for each in found]
        return tuple(found) if param.multiple else found[0]


def _of_readers(context: click.Context) -> set[str]:
    """What the commands have that read the table."""
    from starlette_conformance.cli.app import app  # which has the commands that import this

    commands = filter(None, (app.get_command(context, name) for name in READERS))
    return {_key(param) for command in commands for param in command.params}


def _key(param: click.Parameter) -> str:
    """What a parameter is called in the file; nothing for what says how much is printed."""
    if not param.expose_value:
        return ""
    return next(word.lstrip("-") for word in (*param.opts, str(param.name)))
