"""The commands of `starlette-conformance`, one module each: parse, call, format."""
