"""hello: plain text at one route."""
