"""`selftest`."""

from starlette_conformance.cli.options import command


@command()
def selftest() -> int:
    """Exits with 0 if everything that must pass does, and everything that must fail does."""
    from starlette_conformance import selftest as engine

    return engine.selftest()
