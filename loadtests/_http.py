"""Users that send plain requests, and check each response."""

from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant_throughput, events

import _run  # its listeners
from _state import run

__all__ = ["CheckedUser", "_run"]


class CheckedUser(FastHttpUser):
    """Twenty requests a second, as long as the server keeps up. A wrong response is a failure.

    `app` is what the embedded server runs; each class has a server of its own, so that its CPU time
    is known by class. `script` is the app's file, where it is none of the five apps.
    """

    abstract = True
    wait_time = constant_throughput(20)
    app: str
    script: Path | None = None

    def context(self) -> dict[str, Any]:
        return {"user": type(self).__name__}

    def check(
        self, path: str, status: int, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        """Send GET, and compare status and body."""
        name = f"{type(self).__name__} {path}"
        with self.client.get(path, headers=headers, name=name, catch_response=True) as response:
            if (response.status_code, response.content) == (status, body):
                response.success()
            elif response.status_code == 0:
                response.failure(f"no response: {response.error}")
            else:
                response.failure(
                    f"expected {status} {body[:60]!r}, received {response.status_code} "
                    f"{(response.content or b'')[:60]!r}"
                )


@events.request.add_listener
def keep(
    name: str, response_time: float, exception: Exception | None, context: Any, **_: Any
) -> None:
    """Locust rounds what it keeps to whole milliseconds, or two digits."""
    user = (context or {}).get("user")
    if user is None:
        return
    run.metrics.counts[f"requests {user}"] += 1
    if exception:
        run.metrics.counts[f"failures {user}"] += 1
        if len(run.metrics.examples) < 1:
            run.metrics.examples.append(f"{name}: {exception}")
    else:
        run.metrics.record(f"requests {user}", response_time * 1000)
