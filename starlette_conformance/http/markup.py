"""HTML, read in time that grows with its length alone."""

from html import unescape
from html.parser import HTMLParser


class MarkupParser(HTMLParser):
    """Python's parser, which looks for the end of each tag, comment and section anew.

    Where there is none, that takes it to the end of the text each time (CVE-2025-6069). Here, what
    was looked for once and is not there is not looked for again: what has no end is text. A section
    of a kind that Python does not know, such as `<![x>`, is a comment, as it is in a browser.
    """

    def __init__(self) -> None:
        super().__init__()
        self._unended: set[str] = set()

    def read(self, text: str) -> None:
        """All of it; behind the last `>` nothing ends any more."""
        end = text.rfind(">") + 1
        self.feed(text[:end])
        self.close()
        if text[end:]:
            self.handle_data(unescape(text[end:]))

    def parse_comment(self, i: int, report: bool = True) -> int:
        if "comment" in self._unended:
            return -1
        return self._noted("comment", super().parse_comment(i, report))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        if "section" in self._unended:
            return -1
        try:
            return self._noted("section", super().parse_marked_section(i, report))
        except AssertionError:
            return self.parse_bogus_comment(i)

    def _noted(self, kind: str, end: int) -> int:
        if end < 0:
            self._unended.add(kind)
        return end
