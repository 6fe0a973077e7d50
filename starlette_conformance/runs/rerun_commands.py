"""What it takes to repeat a verdict: what a stack is made of, and the commands that repeat it.

A stack is given by name where a date in `specs/stacks.toml` pins what the name stands for, by
its path where it is an interpreter or a checkout, and else by all its packages: `latest` is another
stack tomorrow.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.lock_files import is_lock_file
from starlette_conformance.stacks.project import INSTALLED, ROOT, catalogue


def made_of(environment: Environment) -> dict[str, Any]:
    """The stack as plain data; `hash_seed` is null where the environment of the harness has it."""
    return {
        "name": environment.name,
        "python": environment.python,
        "implementation": environment.implementation,
        "parser": environment.parser,
        "loop": environment.loop,
        "hash_seed": None if environment.passes_variables else environment.hash_seed,
        "packages": dict(environment.packages),
    }


def word(environment: Environment) -> str:
    """What names the same stack on a command line, today and later."""
    if environment.passes_variables:
        return str(environment.interpreter)
    known = catalogue().stacks.get(environment.name)
    if environment.urls or (known and known.exclude_newer):
        return environment.name
    is_file = environment.name.endswith(".whl") or is_lock_file(environment.name)
    if os.sep in environment.name or is_file:
        return str(Path(environment.name).absolute())
    return ",".join(f"{name}=={version}" for name, version in sorted(environment.packages.items()))


def rerun_options(environment: Environment) -> list[str]:
    """The options by which pytest judges the same stack, which it then calls `word`."""
    if environment.urls:
        urls = [text for app, url in environment.urls.items() for text in ("--url", f"{app}={url}")]
        return [*urls, stack_option(environment.name.removeprefix("url-as-"))]
    if environment.passes_variables:
        return [f"--python={word(environment)}"]
    return [stack_option(word(environment)), "--hash-seed", str(environment.hash_seed)]


def stack_option(stack: str) -> str:
    """In one word: pytest would take a path on its own for a folder of tests."""
    return f"--stack={stack}"


def of_spec(spec: str, called: str, options: Sequence[str]) -> str:
    """The command that judges a stack by one spec, whose name is that without the stack."""
    function, bracket, case = spec.partition("[")
    stack = in_node_id(called)
    pytest = ["pytest", "-pno:cacheprovider"] if INSTALLED else ["pytest"]
    folder = f"{ROOT}/" if INSTALLED else ""
    return shlex.join(
        [*pytest, f"{folder}{function}[{stack}{'-' if bracket else ']'}{case}", *options]
    )


def in_node_id(stack: str) -> str:
    """The name of a stack as pytest writes it, in ASCII: a path may hold any character."""
    return stack.encode("unicode_escape").decode("ascii")


def option_words(
    values: Mapping[str, object], usual: Mapping[str, object] = MappingProxyType({})
) -> list[str]:
    """Options as words: what is None, False, empty or the `usual` value is left out, True is a
    flag, and of several values each has its option. One whose name ends with `=` is one word with
    its value, which may begin with a dash.
    """
    words: list[str] = []
    for name, value in values.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is True:
                words.append(name)
            elif not (each is None or each is False or each == "" or each == usual.get(name)):
                text = f"{each:g}" if isinstance(each, float) else str(each)
                text = str(each.absolute()) if isinstance(each, Path) else text
                words += [f"{name}{text}"] if name.endswith("=") else [name, text]
    return words


def named(options: object, *names: str) -> dict[str, object]:
    """Fields of some options, by the names that these have on a command line."""
    return {f"--{n.replace('_', '-')}": getattr(options, n.removesuffix("=")) for n in names}


def of_verb(*words: str) -> str:
    return shlex.join(["starlette-conformance", *words])
