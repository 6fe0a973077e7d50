"""What the specs are, one by one: their sources, what they sent, and the changes they asserted."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.replay.corpus import SentRequest, files, usual
from starlette_conformance.runs.recorded import Recorded
from starlette_conformance.stacks.project import ROOT


@dataclass
class Spec:
    """One spec as it ran on one stack: `name` is its node id without the stack."""

    name: str
    app: str
    verdict: str
    changes: dict[str, bool]
    sent: list[SentRequest] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What it promises."""
        function = self.name.partition("::")[2].partition("[")[0]
        return f"The server {function.removeprefix('test_').replace('_', ' ')}."

    def sources(self) -> list[str]:
        """Where the promise is written, as its markers say."""
        path, _, name = self.name.partition("::")
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == name.partition("[")[0]:
                return list(_texts(node.decorator_list))
        return []


def _texts(decorators: Iterable[ast.expr]) -> Iterator[str]:
    for each in decorators:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.source":
            yield from (ast.literal_eval(argument) for argument in each.args)


def specs_of(paths: Iterable[Path]) -> list[Spec]:
    """The specs that run files hold, in their order."""
    found = []
    for path in paths:
        by_spec: dict[str, dict[SentRequest, None]] = {}
        recorded = Recorded(path)
        for variant, requests in recorded.sent.items():
            for spec, request in requests:
                name = usual(variant)
                each = SentRequest(name, request.with_files(files(name)))
                by_spec.setdefault(spec, {})[each] = None
        for name, record in recorded.verdicts.items():
            sent = list(by_spec.get(name, ()))
            found.append(Spec(name, record.app, record.verdict, record.changes, sent))
    return found
