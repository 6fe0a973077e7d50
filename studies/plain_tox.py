"""What the harness's own way of judging costs beside plain tox, on ten releases or so many.

    python -m studies.plain_tox [RELEASES]

Plain tox is what a project would write by hand: an environment a release, made by virtualenv and
pip, with pytest in it, one after another. Each way is run from an empty cache and then warm. It
prints seconds, the peak of resident memory of everything that was started, and the ratio.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from starlette_conformance.model.option_values import for_argparse, positive
from starlette_conformance.process.launch import guarded
from starlette_conformance.process.resources import MIB, Footprint, tree
from starlette_conformance.stacks.project import ROOT, catalogue

SECONDS = 3600.0
INI = """
[tox]
envlist = {names}
[testenv]
runner = virtualenv
package = skip
deps = -e {root}
       sse-starlette
       uvicorn
       aiofiles
       {pins}
change_dir = {root}
pass_env = STARLETTE_CONFORMANCE_*
commands = pytest specs -q -k "not browser" --python {{env_python}} --runs {runs} {leave_out}
"""


def main(releases: int) -> None:
    stacks = [each for each in catalogue().stacks.values() if each.axis == "starlette"]
    chosen = stacks[:: max(1, len(stacks) // releases)][:releases]
    print(f"releases: {', '.join(stack.name for stack in chosen)}")
    with tempfile.TemporaryDirectory(prefix="plain-tox-") as name:
        folder = Path(name)
        os.environ["STARLETTE_CONFORMANCE_CACHE"] = str(folder / "cache")
        os.environ["UV_CACHE_DIR"] = str(folder / "uv")
        os.environ["PIP_CACHE_DIR"] = str(folder / "pip")
        runs = str(folder / "runs")
        judge = [sys.executable, "-m", "starlette_conformance", "judge", "--runs", runs]
        judge += [word for stack in chosen for word in ("--stack", stack.name)]
        judge += ["--", "-k", "not browser"]
        pins = {stack.name: stack.requirements[0] for stack in chosen}
        lines = "\n       ".join(f"{stack}: {pin}" for stack, pin in pins.items())
        ini = folder / "tox.ini"
        suites = {axis.suite for axis in catalogue().axes.values() if axis.suite}
        leave_out = " ".join(f"--ignore=specs/{suite}" for suite in sorted(suites))
        values = {"names": ",".join(pins), "pins": lines, "root": ROOT, "runs": runs}
        ini.write_text(INI.format(**values, leave_out=leave_out), "utf-8")
        plain = [tox(), "-c", str(ini)]
        for state in ("cold", "warm"):
            ours, theirs = measured(judge), measured(plain)
            print(f"{state}  harness judge: {ours[0]:6.1f} s  {ours[1]:5.0f} MiB")
            print(f"{state}  plain tox:     {theirs[0]:6.1f} s  {theirs[1]:5.0f} MiB")
            print(f"{state}  plain tox takes {theirs[0] / ours[0]:.1f} times as long", flush=True)


def tox() -> str:
    """The one beside this interpreter, or on PATH."""
    found = shutil.which("tox", path=Path(sys.executable).parent) or shutil.which("tox")
    return found or sys.exit("tox is not on PATH: pip install tox tox-uv")


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds that a command takes, and the peak memory in MiB of it and all that it starts."""
    began, footprint = time.monotonic(), Footprint()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            guarded(command), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            if time.monotonic() - began > SECONDS:
                process.kill()
            footprint.look(tree(process.pid))
            time.sleep(0.5)
        if process.returncode:
            output.seek(0)
            sys.exit(output.read().decode()[-3000:] + f"\n{command}: {process.returncode}")
    return time.monotonic() - began, footprint.peak / MIB


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "releases", type=for_argparse(positive), nargs="?", default=10, help="how many (10)"
    )
    main(parser.parse_args().releases)
