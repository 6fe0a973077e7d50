"""The verbs that list what is known, and that serve one app by hand."""

from starlette_conformance.cli.argument_types import port
from starlette_conformance.cli.subcommand import Verbs, add_verb
from starlette_conformance.model.app import USUAL_SITE
from starlette_conformance.stacks.project import apps, variants

LISTS = {
    "stacks": "list the stacks of specs/stacks.toml",
    "changes": "list the named differences between releases",
    "releases": "list the releases that PyPI has and specs/stacks.toml lacks",
}


def add(verbs: Verbs) -> None:
    for name, text in LISTS.items():
        listing = add_verb(verbs, name, text, "starlette_conformance.cli.lists", f"list_{name}")
        listing.add_argument("--json", action="store_true", help="as JSON")
    serving = add_verb(
        verbs,
        "serve",
        "start one app on a stack, in the foreground",
        "starlette_conformance.cli.serve",
        "serve",
        of_stacks=True,
    )
    others = [name for name, (_, variant) in variants().items() if variant.site != USUAL_SITE]
    known = (*apps(), *others)
    serving.add_argument("app", choices=known, metavar="APP", help=", ".join(known))
    serving.add_argument("--stack", default="latest", metavar="STACK", help="(default: latest)")
    serving.add_argument(
        "--port",
        type=port,
        default=8000,
        metavar="PORT",
        help="on 127.0.0.1; 0: the kernel picks one (default: 8000)",
    )
