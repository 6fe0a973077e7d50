"""JUnit's XML, as GitHub's and GitLab's pages show it: suites of cases that passed or did not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

UNFIT = re.compile(r"[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped, and other control characters."""


@dataclass(frozen=True)
class Case:
    """One case; `fault` is the kind of what is wrong, or empty where it passed.

    `judged` tells a finding about what was tested from a test that could not be made, `skipped`
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
    element = ET.SubElement(root, "testsuite", name=_fit(suite.name))
    if suite.properties:
        properties = ET.SubElement(element, "properties")
        for name, value in suite.properties.items():
            ET.SubElement(properties, "property", name=_fit(name), value=_fit(value))
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
    about = {"classname": _fit(case.group), "name": _fit(case.name)}
    element = ET.SubElement(suite, "testcase", about, time=f"{case.seconds:.3f}")
    if case.fault:
        first = _fit(f"{case.fault}: {case.text}".partition("\n")[0])
        tag = "failure" if case.judged else "error"
        fault = ET.SubElement(element, tag, {"type": _fit(case.fault), "message": first})
        fault.text = _fit(case.text)
    elif case.skipped:
        ET.SubElement(element, "skipped", {"message": _fit(case.text)})
    elif case.text:
        ET.SubElement(element, "system-out").text = _fit(case.text)


def _fit(text: str) -> str:
    """The text, with an escape in the place of each character that XML cannot hold."""
    return UNFIT.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
