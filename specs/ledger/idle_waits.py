"""That a server with nothing to do lets nobody wait."""

from starlette_conformance.model.observations import IdleWaits, Observation

SECONDS = 0.15
"""More than three times what a segment waits for the ACK of the last one."""
NEVER_IDLE: dict[Observation, str] = {IdleWaits(SECONDS): f"none of {SECONDS:g} s"}
