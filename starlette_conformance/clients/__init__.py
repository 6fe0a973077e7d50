"""What real clients make of a stream: recorded bytes, replayed to each client of `clients/`."""
