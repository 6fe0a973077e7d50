"""`diff OLD NEW --app module:app`: what the clients of one's own app see, by the requests of a
file, or by such as are made of the app.

Exit codes: 0 every difference is explained or accepted, 1 some is not, or the app starts on OLD
only, or left processes behind, 2 usage, 3 a stack could not be installed, the app does not start on
OLD, some response could not be compared, or no request succeeded on OLD, 4 harness error.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.console import Console

from starlette_conformance.diff.conclude import conclude
from starlette_conformance.diff.options import DiffOptions
from starlette_conformance.diff.who_notices import with_noticed
from starlette_conformance.explain.cause import DEFAULT_SECONDS
from starlette_conformance.explain.differences import SLOWER
from starlette_conformance.explain.exit_code import failing
from starlette_conformance.http.event_stream import EVENTS
from starlette_conformance.model.environment import Environment
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.progress import progress as progress_bar
from starlette_conformance.output.sanitize import plain
from starlette_conformance.process.sandbox import leave_network
from starlette_conformance.runs.rerun_commands import named, of_verb, option_words, word
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.userapp import accepted, http_file, reading
from starlette_conformance.userapp.as_recorded import SHARE
from starlette_conformance.userapp.causes_of_app import with_causes
from starlette_conformance.userapp.compare import compare_app
from starlette_conformance.userapp.generate.limits import Limits
from starlette_conformance.userapp.generate.make import Made, make
from starlette_conformance.userapp.generate.reached import reached
from starlette_conformance.userapp.ignore import Rule
from starlette_conformance.userapp.only import chosen
from starlette_conformance.userapp.provisioned import provisioned
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import REPETITIONS, Repetitions
from starlette_conformance.userapp.start_options import StartOptions
from starlette_conformance.userapp.user_app import App, AppDidNotStart

USUAL = {
    "--events": EVENTS,
    "--unlike-recorded": SHARE,
    "--slower": SLOWER,
    "--cause-seconds": DEFAULT_SECONDS,
}


@dataclass(frozen=True)
class Options(DiffOptions):
    """What the user wants: an app, and requests to it; `only` are some of these."""

    app: str | None
    requests: Path | None
    cwd: Path | None
    extra: Sequence[str]
    chosen: Chosen
    passed: Sequence[str]
    sandbox: bool
    origin: str | None
    seconds: float
    events: int
    unlike_recorded: float
    slower: float
    starting: StartOptions
    accept: Path | None
    write_accepted: bool
    causes: bool
    cause_seconds: float
    rules: Sequence[Rule]
    write_requests: Path | None
    making: Limits


def diff(options: Options) -> int:
    formats = options.files
    output_files.check([*formats.values(), options.write_requests])
    output, progress = console(), console(stderr=True)
    app = options.starting.app(options.app, options.cwd, options.passed)
    originals = {side.original for side in app.sides if side.original}
    given = read_steps(options.requests, app.name, options.origin) if options.requests else None
    file = options.accept or (options.starting.old_cwd or options.cwd or Path()) / accepted.NAME
    entries = accepted.entries(file) if options.accept or file.is_file() else []
    with ThreadPoolExecutor(2) as pool:
        words = options.old, options.new
        sides = [
            pool.submit(provisioned, word, side, options.extra, options.chosen)
            for word, side in zip(words, app.sides, strict=True)
        ]
        older, newer = (side.result() for side in sides)
    if options.sandbox:
        leave_network()
    unwritten = Unwritten()
    made = None if given else _made(options, app, older, progress)
    steps, left_out = given or made_steps(made, app.name, options.write_requests, unwritten)
    only = chosen(steps, options.only, options.requests or Path("the requests made"))
    for original in originals:
        left_out += original.sentences()
    for sentence in left_out:
        progress.print(sentence, style="yellow")
    with progress_bar("sending to both stacks", progress, transient=True) as shown:
        bar = shown.add_task("", total=2 * REPETITIONS * len(steps))

        def more() -> None:
            shown.update(bar, total=(shown.tasks[0].total or 0) + 2 * len(steps))

        repetitions = Repetitions(
            app,
            older,
            newer,
            steps,
            reading.Limits(options.seconds, options.events),
            lambda: shown.advance(bar),
            options.slower,
            rules=options.rules,
            chosen=[step for step in steps if not only or step in only],
        )
        found = compare_app(repetitions, more, options.unlike_recorded)
    found = replace(found, command=_again(options, older, newer))
    if made and not found.starts:
        found = replace(found, reached=reached(made, steps, repetitions.old))
    today = date.today()
    reviewed = accepted.accept(found, entries, today)
    if options.write_accepted:
        with unwritten.attempt():
            new = accepted.write(file, failing(reviewed, options.fail_on))
            reviewed = accepted.accept(found, [*entries, *new], today)
            what = "entry" if len(new) == 1 else "entries"
            progress.print(f"{len(new)} {what} added to {plain(str(file))}; write why, and who")
    if options.causes:
        with progress_bar("trying what is behind it", progress, transient=True) as shown:
            bar = shown.add_task("", total=None)
            limit = options.cause_seconds
            reviewed = with_causes(reviewed, repetitions, limit, lambda: shown.advance(bar))
    noticed = with_noticed(reviewed, options.clients)
    return conclude(noticed, formats, options.fail_on, output, unwritten)


def _again(options: Options, older: Environment, newer: Environment) -> str:
    """The command that makes the same diff."""
    starting = options.starting
    words = starting.words_of(options.app, options.extra, options.chosen, options.passed)
    file = options.requests or options.write_requests
    words += [] if file else options.making.words()
    place = {"--requests": file, "--cwd": options.cwd or Path(), "--no-cause": not options.causes}
    values = place | named(
        options, "origin", "seconds", "events", "unlike_recorded", "slower", "sandbox"
    )
    values |= named(options, "only", "fail_on", "clients", "cause_seconds", "accept")
    return of_verb("diff", word(older), word(newer), *words, *option_words(values, USUAL))


def _made(options: Options, app: App, older: Environment, progress: Console) -> Made:
    """Requests that nobody wrote; none where the app does not start, which is found out then."""
    with progress_bar("making requests", progress, transient=True) as shown:
        bar = shown.add_task("", total=None)
        try:
            return make(app, older, options.making, lambda: shown.advance(bar))
        except AppDidNotStart:
            return Made((), (), "")


def made_steps(
    made: Made | None, app: str, file: Path | None, unwritten: Unwritten
) -> tuple[list[Step], list[str]]:
    """The requests as they are read from an `.http` file: the user's, or one that is gone then, and
    so they are named by what they were made of.
    """
    if made is None or not made.requests:
        return [], []
    with scratch() as folder:
        path = folder / "made.http"
        made.write(path)
        if file:
            with unwritten.attempt():
                made.write(file)
                path = file
        steps = http_file.requests(path, app)
    if path != file:
        places = dict(zip([step.place for step in steps], made.places, strict=True))
        steps = [step.at(places) for step in steps]
    how = f"written to {file}" if path == file else "--write-requests FILE keeps them"
    return steps, [
        f"{len(steps)} requests made of {made.source}; {how}",
        *(plain(each, 300) for each in made.sentences),
    ]
