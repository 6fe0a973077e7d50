"""The verbs of `starlette-conformance`, and what each of them takes."""
