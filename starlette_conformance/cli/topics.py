"""Every command by topic, with the sentence of its help. The module of a command has its name."""

TOPICS = {
    "Upgrade": {
        "diff": "Show what clients see of an upgrade, and which change explains it.",
        "explain": "Show everything known about one change or one spec.",
        "record": "Record a browser's requests to your app, for `diff --app`.",
        "explore": "Send random requests to two stacks; show what no change explains.",
    },
    "Run the specs": {
        "judge": "Run the specs on many stacks in parallel.",
        "matrix": "Print one table of run files, such as those of all shards.",
        "report": "Make one page of run files.",
        "site": "Make a static site of run files: what each release changed.",
    },
    "Look at clients": {
        "clients": "Show what real clients of event streams make of one.",
    },
    "Measure": {
        "gate": "Fail if NEW needs more CPU, bytes or memory than OLD.",
        "costs": "Count the instructions of a request on each release.",
        "capacity": "Find how many subscribers of a stream a stack serves in time.",
    },
    "Check the specs themselves": {
        "selftest": "Show in a minute that specs and gate work, and that they can fail.",
        "mutants": "Change the packages in one place at a time: does a spec fail?",
    },
    "List and serve": {
        "stacks": "List the stacks of specs/stacks.toml.",
        "changes": "List the named changes between releases.",
        "releases": "List the releases on PyPI that specs/stacks.toml lacks.",
        "play": "Play a scenario (signals, idle connections, logs) on one stack.",
        "serve": "Start one app on a stack, in the foreground.",
    },
}

ALIASES = {"knee": "capacity"}
"""Older names."""
