"""The instrument: it starts apps on stacks, records what passes on the wire, and judges it.

Its own Python and packages never change with the stack under test: that one lives in an
environment and a process of its own.
"""
