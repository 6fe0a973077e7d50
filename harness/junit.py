"""JUnit's XML, as GitHub's and GitLab's pages show it: suites of cases that passed or did not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

UNFIT = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


@dataclass(frozen=True)
class Case:
    """One case; `fault` is the kind of what is wrong, or empty where it passed.

    `judged` tells a finding about what was tested from a test that could not be made.
    """

    group: str
    name: str
    seconds: float = 0.0
    fault: str = ""
    text: str = ""
    judged: bool = True


def junit(suites: Iterable[tuple[str, Iterable[Case]]]) -> str:
    """The XML of named suites."""
    root = ET.Element("testsuites")
    for name, cases in suites:
        suite = ET.SubElement(root, "testsuite", name=_fit(name))
        counts = {"tests": 0, "failures": 0, "errors": 0}
        total = 0.0
        for case in cases:
            counts["tests"] += 1
            total += case.seconds
            about = {"classname": _fit(case.group), "name": _fit(case.name)}
            element = ET.SubElement(suite, "testcase", about, time=f"{case.seconds:.3f}")
            if case.fault:
                tag = "failure" if case.judged else "error"
                counts[f"{tag}s"] += 1
                first = _fit(case.text.partition("\n")[0])
                fault = ET.SubElement(
                    element, tag, {"type": case.fault, "message": f"{case.fault}: {first}"}
                )
                fault.text = _fit(case.text)
        suite.attrib |= {key: str(count) for key, count in counts.items()}
        suite.set("time", f"{total:.3f}")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _fit(text: str) -> str:
    """The text, with an escape in the place of each character that XML cannot hold."""
    return UNFIT.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
