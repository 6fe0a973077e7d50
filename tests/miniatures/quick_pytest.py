"""The variables of a pytest in a pytest: without the plugins that take most of its start."""

VARIABLES = {
    "COLUMNS": "200",
    "PYTEST_ADDOPTS": "-pno:schemathesis -pno:hypothesispytest -pno:anyio",
}
