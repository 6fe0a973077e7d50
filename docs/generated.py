"""Pages that mkdocs makes when it builds the site, of what the project itself knows."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import get_args

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from starlette_conformance.cli.app import NAME, app
from starlette_conformance.cli.topics import TOPICS
from starlette_conformance.model.changes import Change, Noticer
from starlette_conformance.model.versions import version
from starlette_conformance.stacks.project import ROOT, catalogue, ledger
from starlette_conformance.stacks.targets import FORMS

ANSWER = "ANSWER"
"""The variable with the way from the start of the docs to that of the public site."""
RELEASED = ("starlette", "sse-starlette", "uvicorn")
OF_THE_ROOT = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    pages = {"commands.md": commands(), "findings.md": findings(), **ledger_pages()}
    pages |= {name: (ROOT / name).read_text("utf-8") for name in OF_THE_ROOT}
    pages |= {"ledger/releases.md": by_release(), "ledger/noticed.md": by_noticer()}
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    files.append(File.generated(config, "llms.txt", content=llms(files)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Links as GitHub shows the files, made those of the site."""
    if page.file.src_uri in OF_THE_ROOT:
        return markdown.replace("](docs/", "](").replace("](README.md", "](index.md")
    markdown = re.sub(r"<!-- docstring ([\w.]+) -->", lambda found: _docstring(found[1]), markdown)
    if answer := os.environ.get(ANSWER, ""):  # where the docs lie in the public site
        page_link = f'<a href="{answer}">What did this release change?</a>'
        markdown = markdown.replace("<!-- the public answer -->", page_link)
    markdown = markdown.replace("<!-- forms of a stack -->", f"```text\n{FORMS}\n```")
    markdown = markdown.replace("](../README.md", "](index.md")
    return re.sub(r"\]\(\.\./(?=[A-Z]+\.md)", "](", markdown)


def _docstring(module: str) -> str:
    text = import_module(module).__doc__
    assert text
    return f"```text\n{text.strip()}\n```\n\nFrom `{module.replace('.', '/')}.py`."


def commands() -> str:
    """Every command, by its own help."""
    context = app.make_context(NAME, [])
    text = ["# Commands", "As `--help` prints them.", f"## {NAME}", *_help(app, context)]
    for topic, those in TOPICS.items():
        for name in those:
            command = app.get_command(context, name)
            assert command
            child = click.Context(command, context, name, **command.context_settings)
            text += [f"## {name}", f"*{topic}*", *_help(command, child)]
    return "\n\n".join(text) + "\n"


def _help(command: click.Command, context: click.Context) -> Iterator[str]:
    context.max_content_width = 80
    context.terminal_width = 80
    yield f"```text\n{command.get_help(context)}\n```"


def llms(files: Files) -> str:
    """The pages for agents, as https://llmstxt.org has it."""
    names = sorted(file.src_uri for file in files.documentation_pages())
    text = [
        "# starlette-conformance",
        "> Can I take this Starlette upgrade, and what will my clients see?",
    ]
    text += [
        "## Pages",
        "\n".join(f"- [{name}]({name.removesuffix('.md')}.html)" for name in names),
    ]
    commands = [name for topic in TOPICS.values() for name in topic]
    text += ["## Commands", "\n".join(f"- [{name}](commands.html#{name})" for name in commands)]
    return "\n\n".join(text) + "\n"


def ledger_pages() -> dict[str, str]:
    """A page a package, an anchor a change, and a page that lists the packages."""
    packages: dict[str, dict[str, Change]] = defaultdict(dict)
    for name, change in ledger().changes.items():
        packages[change.package][name] = change
    counted = [f"| [{name}]({name}.md) | {len(those)} |" for name, those in packages.items()]
    index = [
        "# Changes",
        f"{len(ledger().changes)} differences between releases that clients can see.",
        f"Specs hold each on both sides of it. `{NAME} explain CHANGE` shows an exchange.",
        "\n".join(["| package | changes |", "| --- | ---: |", *counted]),
    ]
    pages = {"ledger/index.md": "\n\n".join(index) + "\n"}
    for package, those in packages.items():
        text = [f"# {package}", f"{len(those)} named changes, in the order of the ledger."]
        for name, change in those.items():
            text.append(f"## {name} {{: #{name} }}\n\n{described(change)}")
        pages[f"ledger/{package}.md"] = "\n\n".join(text) + "\n"
    return pages


def by_release() -> str:
    """Each release that is judged, the newest first, with its named changes."""
    text = ["# Releases", "What clients can see of each release. Made from the ledger."]
    for package in RELEASED:
        text.append(f"## {package}")
        for release in reversed(catalogue().axes[package].vary[package]):
            here = version(release)
            those = {
                name: change
                for name, change in ledger().changes.items()
                if change.package == package
                and here in {version(change.first), change.last and version(change.last)}
            }
            text.append(f"### {package} {release} {{: #{package}-{release} }}")
            text.append(listed(those, release) or NOTHING)
    return "\n\n".join(text) + "\n"


NOTHING = "No difference is known that a client could see."


def listed(changes: Mapping[str, Change], release: str = "") -> str:
    lines = []
    for name, each in changes.items():
        ends = ", the last release with it" if release and each.first != release else ""
        link = f"[{name}]({each.package}.md#{name})"
        lines.append(f"- {link} (**{each.kind}**{ends}): {plain(each.sentence)}")
    return "\n".join(lines)


def by_noticer() -> str:
    """The named changes by the clients that behave otherwise because of them."""
    text = ["# Who notices", "The named changes by the clients that notice them."]
    for noticer in get_args(Noticer):
        anchor = noticer.replace(" ", "-").lower()
        text.append(f"## {noticer[0].upper()}{noticer[1:]} {{: #{anchor} }}")
        for package in dict.fromkeys(change.package for change in ledger().changes.values()):
            those = {
                name: change
                for name, change in ledger().changes.items()
                if change.package == package and noticer in change.noticed_by
            }
            if those:
                text.append(f"### {package} {{: #{anchor}-{package} }}")
                text.append(since(those))
    return "\n\n".join(text) + "\n"


def since(changes: Mapping[str, Change]) -> str:
    return "\n".join(
        f"- {each.first}{f' to {each.last}' if each.last else ''}: "
        f"[{name}]({each.package}.md#{name}) (**{each.kind}**): {plain(each.sentence)}"
        for name, each in changes.items()
    )


def described(change: Change) -> str:
    until = f" to {change.last}" if change.last else ""
    noticed = ", ".join(change.noticed_by) or "not known"
    rows = [
        f"**{change.kind}**, since {change.package} {change.first}{until}",
        f"Who notices: {noticed}",
        f"[{change.link}]({change.link})",
    ]
    return plain(change.sentence) + "\n\n" + "\n".join(f"- {row}" for row in rows)


def findings() -> str:
    """What releases broke, and what they had to close."""
    text = ["# Findings", "What the specs show of releases. Made from the ledger."]
    for kind, title in (("regression", "Regressions"), ("security", "Security fixes")):
        those = {n: c for n, c in ledger().changes.items() if c.kind == kind}
        rows = [
            f"| [{name}](ledger/{each.package}.md#{name}) | {each.package} {each.first} | "
            f"{each.last or 'it still holds'} | {plain(each.sentence)} |"
            for name, each in those.items()
        ]
        text.append(f"## {title}")
        head = ["| change | since | until | what clients see |", "| --- | --- | --- | --- |"]
        text.append("\n".join([*head, *rows]))
    return "\n\n".join(text) + "\n"


def plain(sentence: str) -> str:
    """A sentence of which Markdown takes nothing for its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", sentence)
