"""The requests of a file, by what its name ends with."""

from pathlib import Path

from starlette_conformance.model.decode import parsed
from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp import curl_lines, har, http_file, insomnia, postman
from starlette_conformance.userapp.insomnia_tree import is_export
from starlette_conformance.userapp.recorded_request import Step, file_bytes


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
            from starlette_conformance.userapp import cassette, yaml_file  # noqa: PLC0415  (an extra has YAML)

            content = yaml_file.content(path)
            read = insomnia.requests if is_export(content) else cassette.requests
            return read(path, content, app, origin)
        case ".json":
            content = parsed(file_bytes(path), path)
            read = insomnia.requests if is_export(content) else postman.requests
            return read(path, content, app, origin)
    if path.suffix == ".bru" or (path / "bruno.json").exists():
        raise UsageError(
            f"--requests {path}: Bruno's own files are not read; in Bruno, `Share` of the "
            "collection exports it as a Postman collection, a .json file that is"
        )
    raise UsageError(
        f"--requests {path}: a file that ends with .http, .har, .curl, .yaml (a cassette of "
        "VCR.py, or Insomnia's) or .json (a collection of Postman, or Insomnia's) is wanted"
    )
