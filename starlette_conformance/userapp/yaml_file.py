"""A file of YAML as plain data: by the safe loader, which makes nothing else."""

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

from starlette_conformance.model.decode import read_bytes
from starlette_conformance.model.errors import UsageError

LIMIT = 16 * 1024 * 1024
"""Bytes of a file: YAML is read slowly."""
ALIASES = 1_000
"""References to other parts of the file that it may have."""


class _Loader(Composer, yaml.CSafeLoader):
    """That counts references: a few of them, in one another, would be more than any memory."""

    aliases = 0

    def __init__(self, data: bytes) -> None:
        yaml.CSafeLoader.__init__(self, data)
        Composer.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.aliases += self.check_event(yaml.AliasEvent)
        if self.aliases > ALIASES:
            raise yaml.YAMLError(f"more than {ALIASES:,} aliases")
        return super().compose_node(parent, index)


def content(path: Path) -> Any:
    """Raises UsageError, with file and line."""
    data = read_bytes(path, LIMIT, path, ": record less, or make several files of it")
    try:
        return yaml.load(data, _Loader)  # noqa: S506  (it is a safe one)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line}: not YAML: {error.problem}") from None
    except RecursionError:
        raise UsageError(f"{path}: not YAML that can be read: it is nested too deep") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # a date that is none, say
        raise UsageError(f"{path}: not YAML: {str(error).splitlines()[0][:200]}") from None
