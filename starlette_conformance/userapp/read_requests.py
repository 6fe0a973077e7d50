"""The requests of a file, by what its name ends with."""

from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp import curl_lines, har, http_file, postman
from starlette_conformance.userapp.recorded_request import Step


def read_steps(path: Path, app: str, origin: str | None) -> tuple[list[Step], list[str]]:
    """The requests of a file, and a sentence on each kind that is left out. Raises UsageError."""
    match path.suffix:
        case ".http" | ".rest":
            if origin:
                raise UsageError(f"--origin is for what is recorded, and {path} is written")
            return http_file.requests(path, app), []
        case ".har":
            return har.requests(path, app, origin)
        case ".curl" | ".sh" | ".txt":
            return curl_lines.requests(path, app, origin)
        case ".yaml" | ".yml":
            from starlette_conformance.userapp import cassette  # noqa: PLC0415  (an extra has YAML)

            return cassette.requests(path, app, origin)
        case ".json":
            return postman.requests(path, app, origin)
    raise UsageError(
        f"--requests {path}: a file that ends with .http, .har, .curl, .yaml (a cassette of "
        "VCR.py) or .json (a collection of Postman) is wanted"
    )
