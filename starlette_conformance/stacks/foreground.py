"""One app on a stack, in the foreground, as the specs run it."""

import signal
import socket
import subprocess

from starlette_conformance.model.errors import DidNotStart
from starlette_conformance.output.printing import write_line
from starlette_conformance.process.launch import Program, command, guarded
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script, site_files, variants
from starlette_conformance.stacks.targets import provisioned


def serve(name: str, stack: str, port: int) -> int:
    """Run an app in the foreground, as the specs run it, until it is interrupted."""
    environment = provisioned(stack)
    app, variant = variants()[name]
    folder = site_fixture.lay_out(site_files(variant.site))
    write_line(f"{name} on {environment}", flush=True)
    if "files" in app.traits:
        write_line(f"files: {folder / 'html'}", flush=True)
    _check_free(port)
    program = Program.of(script(app.name), environment, port=port)
    server = subprocess.Popen(
        guarded(command(program, environment)), cwd=folder, env=program.environ(environment)
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server hears it too, and ends by itself
    server.wait()
    if server.returncode in (0, -signal.SIGINT, -signal.SIGTERM):
        return 0
    raise DidNotStart(f"{name} on {environment} ended with status {server.returncode}")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise DidNotStart(
                f"127.0.0.1:{port} cannot be used ({error}): --port 0 lets the kernel pick one"
            ) from None
