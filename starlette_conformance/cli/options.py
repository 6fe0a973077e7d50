"""What commands are made of: values, and the options that several of them have."""

import os
import shlex
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import wraps
from inspect import cleandoc
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from click.shell_completion import CompletionItem

from starlette_conformance.cli.topics import TOPICS
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.model.option_values import positive
from starlette_conformance.output.verbosity import louder, quieter

Function = TypeVar("Function", bound=Callable[..., Any])
Options = TypeVar("Options")
Decorator = Callable[[Function], Function]

JOBS = (os.cpu_count() or 1) + 2
"""Sessions at a time: now and then some wait."""

FILE = click.Path(path_type=Path)


class Value(click.ParamType[Any]):
    """A value that a function reads, which raises ValueError with a sentence."""

    def __init__(self, parse: Callable[[str], object]) -> None:
        self.name = parse.__name__
        self._parse = parse

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        if not isinstance(value, str):  # a default
            return value
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Stack(click.ParamType[str]):
    """What names a stack. A shell completes the names of the catalogue."""

    name = "stack"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        from starlette_conformance.stacks.project import catalogue

        names = [name for name in catalogue().stacks if name.startswith(incomplete)]
        return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="file")]


STACK = Stack()


class Option(click.Option):
    """An option that the help shows under a topic of its own."""

    def __init__(self, *words: Any, topic: str = "Options", **settings: Any) -> None:
        super().__init__(*words, **settings)
        self.topic = topic


class Command(click.Command):
    """A command whose help has its options by topic, and its epilog as it is written."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        topics: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record and not isinstance(param, click.Argument):
                topics.setdefault(getattr(param, "topic", "Options"), []).append(record)
        for topic in sorted(topics, key=lambda topic: topic == "Options"):
            with formatter.section(topic):
                formatter.write_dl(topics[topic])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        if self.epilog:
            formatter.write(f"\n{self.epilog}\n")


def command(of_stacks: bool = False, epilog: str = "") -> Callable[[Function], click.Command]:
    """Make a command of a function: its docstring is what the help says beyond one sentence.

    `of_stacks` ends the help with how a stack is named.
    """

    def made(function: Function) -> click.Command:
        name = function.__name__
        sentence = next(topic[name] for topic in TOPICS.values() if name in topic)
        text = f"{sentence}\n\n{cleandoc(function.__doc__ or '')}"
        ending = _forms() if of_stacks else epilog
        decorated = verbosity(_with_failures(function))
        return click.command(name, Command, help=text, epilog=ending)(decorated)

    return made


def _with_failures(function: Function) -> Function:
    """--json has what failed, too, unless it was written before. A usage error writes nothing: it
    may be about that very file.
    """

    @wraps(function)
    def run(*positional: Any, **given: Any) -> int:
        from starlette_conformance.output.result import Result

        try:
            return cast(int, function(*positional, **given))
        except Failure as failure:
            context = click.get_current_context()
            if not (failure.concluded or failure.exit_code == UsageError.exit_code):
                again = shlex.join([context.command_path.split()[0], *context.obj])
                failed = Result(failure.exit_code, failure.message, again, next=[again])
                with suppress(Failure):
                    failed.write(context.params.get("json"))
            raise

    return cast(Function, run)


def filled(options: type[Options], given: Mapping[str, Any], **more: Any) -> Options:
    """The options of an engine, by a command's values of the same names, and more."""
    names = {field.name for field in fields(options)}  # type: ignore[arg-type]  # a dataclass
    return options(**{name: value for name, value in given.items() if name in names}, **more)


def _forms() -> str:
    from starlette_conformance.stacks.targets import FORMS

    return f"How to name a stack:\n{FORMS}"


def verbosity(function: Function) -> Function:
    quiet = click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=lambda *given: quieter() if given[-1] else None,
        help="No progress; results and errors only.",
    )
    verbose = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=lambda *given: louder() if given[-1] else None,
        help="More detail; tracebacks of errors.",
    )
    return quiet(verbose(function))


def pair(function: Function) -> Function:
    """OLD and NEW."""
    new = click.argument("new", metavar="NEW", type=STACK, help="The stack to come.")
    old = click.argument("old", metavar="OLD", type=STACK, help="The stack of today.")
    return old(new(function))


def stacks(default: str) -> Decorator[Any]:
    return click.option(
        "--stack",
        "stacks",
        multiple=True,
        type=STACK,
        metavar="STACK",
        help=f"Repeatable (default: {default}).",
    )


def stack(default: str) -> Decorator[Any]:
    return click.option(
        "--stack",
        default=default,
        show_default=True,
        type=STACK,
        metavar="STACK",
        help="The stack.",
    )


def jobs(default: int, text: str, **settings: Any) -> Decorator[Any]:
    return click.option(
        "--jobs", type=Value(positive), default=default, metavar="N", help=text, **settings
    )


def file(word: str, text: str, topic: str = "Output") -> Decorator[Any]:
    return click.option(word, cls=Option, topic=topic, type=FILE, metavar="FILE", help=text)


def json_file(text: str, topic: str = "Output") -> Decorator[Any]:
    """--json FILE, of every command that comes to something."""
    return file("--json", f"{text}; `-` is standard output.", topic)


def listed_json(function: Function) -> Function:
    """--json, or --json FILE, of a command whose whole output is a list."""
    return click.option(
        "--json",
        type=FILE,
        is_flag=False,
        flag_value="-",
        metavar="[FILE]",
        callback=_checked,
        help="As JSON; without FILE to standard output.",
    )(function)


def _checked(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    from starlette_conformance.output.output_files import check

    check([path])
    return path


def runs(function: Function) -> Function:
    """RUN..., run files or folders of them."""
    return click.argument(
        "runs",
        nargs=-1,
        required=True,
        type=FILE,
        metavar="RUN...",
        help="Run files, or folders of them.",
    )(function)
