"""`selftest`."""

from pathlib import Path

from starlette_conformance.cli.options import command, json_file


@command()
@json_file("Each expectation, and what came of it")
def selftest(json: Path | None) -> int:
    """Exits with 0 if everything that must pass does, and everything that must fail does."""
    from starlette_conformance import selftest as engine

    return engine.selftest(json)
