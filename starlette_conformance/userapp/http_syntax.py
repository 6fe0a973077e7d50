"""What stands in a line of an `.http` file."""

import re
from base64 import b64encode

SEPARATOR = "###"
LINE_END = re.compile(r"\r\n|\r|\n")
BASIC = re.compile(r"(?i)(basic)\s+(\S+?)(?::|\s+)(.*)")
COMMENT = re.compile(r"\s*(#|//)\s*(@[\w-]+)?(.*)")
STATUS = re.compile(r"\?\?\s*status\s*===?\s*([1-5]\d\d)")
NAME = re.compile(r"[\w-]+")
VARIABLE = re.compile(rf"@({NAME.pattern})\s*=\s*(.*)")
REQUEST_LINE = re.compile(r"(?:([A-Z]+)\s+)?(\S+)(?:\s+(HTTP/\S+))?")
CONTINUES = re.compile(r"\s+[?&]")
REFUSED_METHODS = {"GRAPHQL", "GRPC", "RSOCKET", "CONNECT"}
OVER_HTTP_1_1 = {None, "HTTP/1.1", "HTTP/2", "HTTP/2.0"}
DIRECTIVES = {
    "@debug",
    "@description",
    "@no-log",
    "@no-redirect",
    "@no-reject-unauthorized",
    "@note",
    "@title",
    "@use-os-credentials",
}
"""What comments say to an editor, and changes nothing of what is sent here."""
FILE = re.compile(r"\s*<(@\w*)?\s+(\S.*)")
FROM_FILE = re.compile(r"\s*(<>\s+\S|>>!?\s+\S|> \{%|> \S+\.js$)")
SHOWN = 80
"""Characters of a line that a message has."""

Lines = list[tuple[int, str]]
"""Lines with their numbers, from 1."""


def encoded(name: str, value: str) -> str:
    """The value of a header as the editors send it: they encode what Basic is followed by."""
    plain = BASIC.fullmatch(value.strip()) if name.lower() == "authorization" else None
    if plain is None:
        return value
    return f"{plain[1]} {b64encode(f'{plain[2]}:{plain[3]}'.encode()).decode()}"
