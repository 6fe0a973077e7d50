"""The whole command line. The module of a command is imported when that command is used."""

from importlib import import_module
from pathlib import Path

import click

from starlette_conformance.cli.options import Command, verbosity
from starlette_conformance.cli.topics import ALIASES, TOPICS
from starlette_conformance.output.printing import write_line

NAME = "starlette-conformance"
COMPLETION = "_STARLETTE_CONFORMANCE_COMPLETE"
"""The variable by which a shell requests completions."""

EXIT_CODES = """\
Exit codes:
    0  success
    1  a finding: a difference, a failure, a regression
    2  usage error
    3  could not be judged: not installable, did not start, cannot tell
    4  harness error
  130  Ctrl-C (143 SIGTERM, 129 SIGHUP)
  141  the reader of the output closed it, as `| head` does"""


class App(click.Group, Command):
    """The commands by topic."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in self.commands:
            return None
        command: click.Command = getattr(import_module(f"{__package__}.{name}"), name)
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for topic, commands in TOPICS.items():
            with formatter.section(topic):
                formatter.write_dl(list(commands.items()))
        Command.format_options(self, ctx, formatter)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        root = Path(__file__).parent.parent
        write_line(f"{NAME} {version(NAME)} ({root})")
        ctx.exit()


def _print_completion(ctx: click.Context, _: click.Parameter, shell: str | None) -> None:
    from click.shell_completion import get_completion_class

    if shell and (made := get_completion_class(shell)):
        write_line(made(ctx.command, {}, NAME, COMPLETION).source())
        ctx.exit()


@click.group(
    NAME,
    cls=App,
    commands={name: click.Command(name) for topic in TOPICS.values() for name in topic},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=EXIT_CODES,
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version,
    help="Show the version.",
)  # fmt: skip
@click.option(
    "--completion", type=click.Choice(["bash", "zsh", "fish"]), expose_value=False, is_eager=True,
    callback=_print_completion, help="Print a script that completes commands and stacks.",
)  # fmt: skip
@verbosity
@click.pass_context
def app(ctx: click.Context) -> None:
    """Can I take this Starlette upgrade, and what will my clients see?

    `starlette-conformance COMMAND --help` shows the options of a command.
    """
    if ctx.invoked_subcommand is None:
        write_line(ctx.get_help())
