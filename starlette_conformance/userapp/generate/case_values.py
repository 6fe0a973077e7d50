"""The values of a request that Schemathesis made, and what becomes of them.

Whoever registers and logs in has one name and one password; values may be the user's, and stand
aside for those that responses give.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

MARK = "zq{}qz"
"""Stands for a value that a response may give: no text that anybody writes."""
WORD = "tea"
POINTER = re.compile(r"\$response\.body#((?:/[^/]+)*)")
PASSWORD = re.compile(r"(?i)pass(word|wd|phrase)?(_?(confirm\w*|again|repeat|[12]))?|pwd")
USER = re.compile(r"(?i)(user_?(name)?|login|nick_?name)")
EMAIL = re.compile(r"(?i)e_?mail(_?address)?")
GIVEN = {"email": "ada@example.com", "user": "ada", "password": "Lovelace-1815"}


def by_email(document: Any) -> bool:
    """Whether somebody registers by an email address, and no name: that is the name to log in."""
    waiting, found = [document], []
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            names = value.get("properties")
            found += [names] if isinstance(names, dict) else []
    named = [[*map(str, names)] for names in found if any(map(PASSWORD.fullmatch, map(str, names)))]
    return any(
        any(map(EMAIL.fullmatch, names)) and not any(map(USER.fullmatch, names)) for names in named
    )


def with_credentials(body: Any, users: bool) -> None:
    """Whoever registers, and logs in, has one name and one password."""
    if not isinstance(body, dict) or not any(PASSWORD.fullmatch(str(key)) for key in body):
        return
    for key, value in body.items():
        if not isinstance(value, str):
            continue
        if PASSWORD.fullmatch(key):
            body[key] = GIVEN["password"]
        elif EMAIL.fullmatch(key):
            body[key] = GIVEN["email"]
        elif USER.fullmatch(key):
            body[key] = GIVEN["user" if users else "email"]


def in_words(value: Any) -> Any:
    """The simplest text is none at all, which means that something is missing in a form."""
    if isinstance(value, dict):
        return {key: in_words(each) for key, each in value.items()}
    if isinstance(value, list):
        return [in_words(each) for each in value]
    return WORD if isinstance(value, str) and not value else value


def with_values(case: Any, values: dict[str, str]) -> None:
    """What the user says that parameters, and fields of a body, are."""
    for holder in (case.path_parameters, case.query, case.headers, case.body):
        for name in values.keys() & (holder.keys() if isinstance(holder, Mapping) else ()):
            text = values[name]
            is_text = isinstance(holder[name], str) or holder is not case.body
            holder[name] = text if is_text else _of_json(text)


def _of_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def marked(case: Any, at: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Put marks where a response may give a value; by mark, where it is, and the value there."""
    found: dict[str, dict[str, Any]] = {}
    for number, place in enumerate(dict.fromkeys(at)):
        where, _, name = place.partition(".")
        holder = {"path": case.path_parameters, "query": case.query, "body": case.body}.get(where)
        if not isinstance(holder, dict) or name not in holder:
            continue
        mark, value = MARK.format(number), holder[name]
        if where == "body" and not isinstance(value, str | int):
            continue
        text = json.dumps(value)
        plain = value if isinstance(value, str) else text
        shown = text if where == "body" else plain
        found[mark] = {"at": place, "value": shown, "is_text": isinstance(value, str)}
        holder[name] = mark
    return found


def place_of(expression: str) -> str:
    """A runtime expression as a place in a response; nothing where it means none of a body."""
    match = POINTER.fullmatch(expression)
    if match is None:
        return ""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in match[1].split("/")[1:]]
    return "body.$" + "".join(map(_step, steps))


def _step(step: str) -> str:
    if step == "*" or step.isdigit():
        return f"[{0 if step == '*' else step}]"
    return f".{step}" if re.fullmatch(r"\w+", step) else f"['{step}']"
