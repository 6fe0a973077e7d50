"""What pytest prints while it judges stacks: reports hold what servers sent and apps logged."""

import re

import pytest

from starlette_conformance.output.sanitize import Lines

OWN = re.compile(r"(\A\r|\x1b\[[\d;]*m)")
"""The colours that pytest adds, and how it begins a line again."""


def make_inert(config: pytest.Config) -> None:
    """Let pytest print no control characters of others, and no command to a CI."""
    if not config.pluginmanager.has_plugin("terminalreporter"):
        return
    writer = config.get_terminal_writer()
    lines, write_raw = Lines(), writer.write_raw

    def write(msg: str, *, flush: bool = False) -> None:
        own_at_odd = OWN.split(msg)
        shown = (part if i % 2 else lines.add(part) for i, part in enumerate(own_at_odd))
        write_raw("".join(shown), flush=flush)

    writer.write_raw = write  # type: ignore[method-assign]  # the one method that writes
