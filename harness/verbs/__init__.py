"""The verbs of `python -m harness`, and what each of them takes."""
