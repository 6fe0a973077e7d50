"""JUnit's XML, as GitHub's and GitLab's pages show it: suites of cases that passed or did not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from starlette_conformance.output.sanitize import plain, printable


@dataclass(frozen=True)
class Case:
    """One case; `fault` is the kind of what is wrong, or empty where it passed.

    `judged` says a finding about what was tested from a test that could not be made, `skipped`
    what was not tested at all. `text` is of the fault, or else what there is to say.
    """

    group: str
    name: str
    seconds: float = 0.0
    fault: str = ""
    text: str = ""
    judged: bool = True
    skipped: bool = False


@dataclass(frozen=True)
class Suite:
    """Cases, and by name what holds for all of them. `seconds` is the sum of theirs where None."""

    name: str
    cases: Iterable[Case]
    properties: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None


def junit(suites: Iterable[Suite]) -> str:
    """The XML of suites."""
    root = ET.Element("testsuites")
    for suite in suites:
        _add(root, suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _add(root: ET.Element, suite: Suite) -> None:
    element = ET.SubElement(root, "testsuite", name=_line(suite.name))
    if suite.properties:
        properties = ET.SubElement(element, "properties")
        for name, value in suite.properties.items():
            ET.SubElement(properties, "property", name=_line(name), value=_line(value))
    counts = {"tests": 0, "failures": 0, "errors": 0}
    total = 0.0
    for case in suite.cases:
        counts["tests"] += 1
        total += case.seconds
        if case.fault:
            counts["failures" if case.judged else "errors"] += 1
        _add_case(element, case)
    element.attrib |= {key: str(count) for key, count in counts.items()}
    element.set("time", f"{total if suite.seconds is None else suite.seconds:.3f}")


def _add_case(suite: ET.Element, case: Case) -> None:
    about = {"classname": _line(case.group), "name": _line(case.name)}
    element = ET.SubElement(suite, "testcase", about, time=f"{case.seconds:.3f}")
    if case.fault:
        first = _line(f"{case.fault}: {case.text}".partition("\n")[0])
        tag = "failure" if case.judged else "error"
        fault = ET.SubElement(element, tag, {"type": _line(case.fault), "message": first})
        fault.text = printable(case.text)
    elif case.skipped:
        ET.SubElement(element, "skipped", {"message": _line(case.text)})
    elif case.text:
        ET.SubElement(element, "system-out").text = printable(case.text)


def _line(text: str) -> str:
    return plain(text, len(text))
