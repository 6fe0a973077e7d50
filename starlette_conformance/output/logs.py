"""Logging of a library, made inert: locust logs what servers sent."""

import logging

from starlette_conformance.output.sanitize import printable


class InertFormatter(logging.Formatter):
    """What another formatter makes, in printable characters."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return printable(self._formatter.format(record))


def make_logs_inert(*names: str) -> None:
    """The handlers of these loggers; the root's is named "root"."""
    for name in names:
        for handler in logging.getLogger(name).handlers:
            if not isinstance(handler.formatter, InertFormatter):
                handler.setFormatter(InertFormatter(handler.formatter or logging.Formatter()))
