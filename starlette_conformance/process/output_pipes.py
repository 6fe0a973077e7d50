"""The pipes that a process writes to: one for all, or one for each of its outputs."""

import os
import re
from typing import Self

from starlette_conformance.process.log import Log


class OutputPipes:
    """`errors` and `output` are the ends for its standard error and output; `apart` says whether
    these are two. Only one keeps the order of what goes to both.
    """

    def __init__(self, apart: bool) -> None:
        self._of_errors, self.errors = os.pipe()
        self._of_output, self.output = os.pipe() if apart else (self._of_errors, self.errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """The process has the writing ends by now, or nobody will."""
        ends = {self.errors, self.output}
        for each in ends | ({self._of_errors, self._of_output} if failed else set()):
            os.close(each)

    def logs(self, time_of_server: re.Pattern[str] | None) -> tuple[Log, Log]:
        """What is read of standard error, and of standard output: the same where not apart."""
        errors = Log(self._of_errors, time_of_server)
        apart = self._of_output != self._of_errors
        return errors, Log(self._of_output, time_of_server) if apart else errors
