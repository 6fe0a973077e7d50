"""A user's own requests to a user's own app, on two stacks."""
