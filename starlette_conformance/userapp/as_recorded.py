"""Whether requests did what they did when they were recorded: a replay that does not shows little.

A login that fails in the replay, or a form whose token has expired, fails on both stacks alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.recorded_request import Step

SHARE = 10.0
"""Percent of the requests that may do otherwise, if the user says nothing."""

NOT_MODIFIED = {200, 304}
"""A browser that has a file gets one of them, and whoever has not, the other."""

REFUSED = 401
"""What nobody wants who sends credentials, and does not say so."""


@dataclass(frozen=True)
class AsRecorded:
    """`unlike` has a sentence for each request that did otherwise on OLD, of `total` in all, which
    are those of which a status is recorded, or that have credentials.
    """

    unlike: tuple[str, ...]
    total: int

    @classmethod
    def of(cls, results: Mapping[Step, Merged]) -> "AsRecorded":
        unlike, total = [], 0
        for step, merged in results.items():
            status = merged.before.response.status
            if step.recorded:
                total += 1
                if status != step.recorded and {status, step.recorded} != NOT_MODIFIED:
                    replayed = f"{status} in the replay" if status else "no response in the replay"
                    unlike.append(f"{step}: recorded {step.recorded}, {replayed}")
            elif step.request.header("authorization") is not None:
                total += 1
                if status == REFUSED:
                    meant = f"write `?? status == {REFUSED}` if that is meant"
                    unlike.append(f"{step}: OLD refuses its Authorization with {REFUSED}; {meant}")
        return cls(tuple(unlike), total)

    def inconclusive(self, allowed: float) -> tuple[str, ...]:
        """Why the run says little, where more than `allowed` percent did otherwise."""
        share = 100 * len(self.unlike) / self.total if self.total else 0.0
        if share <= allowed:
            return ()
        how_many = f"{len(self.unlike)} of {self.total} requests ({share:.0f} %)"
        what = (
            f"did not do on OLD what was recorded or meant; --unlike-recorded allows {allowed:g} %"
        )
        return (f"{how_many} {what}",)
