"""`record --app module:app -o clicks.har`: a proxy in front of the app, until Ctrl-C."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.model.errors import DidNotStart, UsageError, of_output
from starlette_conformance.output import output_files, verbosity
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.sanitize import plain
from starlette_conformance.process.log import last_said
from starlette_conformance.record.har_file import HarFile
from starlette_conformance.record.proxy import HOST, Proxy, listening
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.userapp.provisioned import provisioned
from starlette_conformance.userapp.start_options import StartOptions
from starlette_conformance.userapp.user_app import port

SEED = 0
SECRETS = "it holds cookies, tokens and passwords"


@dataclass(frozen=True)
class Options:
    """An app, where it runs, and the file."""

    output: Path
    stack: str
    port: int
    app: str | None
    cwd: Path | None
    extra: Sequence[str]
    chosen: Chosen
    passed: Sequence[str]
    starting: StartOptions


def record(options: Options) -> int:
    file = options.output
    if file.suffix != ".har":
        raise UsageError(f"--output {file}: name a file that ends with .har")
    output_files.check([file])
    app = options.starting.app(options.app, options.cwd, options.passed)
    environment = provisioned(options.stack, app, options.extra, options.chosen)
    with ExitStack() as stack:
        listener = stack.enter_context(listening(options.port))
        server = app.start(environment, SEED)
        stack.callback(server.kill)
        proxy = Proxy(port(server), _new(file, stack), server.ended_already, _note, _lost)
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        write_line(f"{app.name} on {environment}")
        write_line(f"{plain(str(file))}: {SECRETS}, so only you can read it")
        write_line(f"open {url} and press Ctrl-C when you are done", flush=True)
        asyncio.run(proxy.serve(listener))
        count = f"{proxy.har.entries} recorded in {plain(str(file))}"
        left_out = f", {len(proxy.har.left_out)} not" if proxy.har.left_out else ""
        if server.ended_already():
            said = last_said(server.said())
            raise DidNotStart(f"{app.name} ended: {said} ({count}{left_out})")
    starting = options.starting
    words = starting.words_of(options.app, options.extra, options.chosen, options.passed)
    words += ["--cwd", str(options.cwd)] if options.cwd else []
    again = of_verb("diff", "OLD", "NEW", *words, "--requests", str(file))
    write_line(f"{count}{left_out}; {SECRETS}\nnext: {again}")
    return 0


def _new(file: Path, stack: ExitStack) -> HarFile:
    try:
        har = HarFile(file)
    except OSError as error:
        raise of_output(error, f"{file}: cannot be written") from None
    stack.callback(har.close)
    return har


def _note(line: str) -> None:
    if verbosity.verbose():
        write_line(plain(line), flush=True)


def _lost(sentence: str) -> None:
    write_line(f"not recorded: {plain(sentence)}", stderr=True)
