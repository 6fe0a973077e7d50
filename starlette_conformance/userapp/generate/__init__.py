"""Requests to a user's app that nobody wrote: from its OpenAPI document, its routes, its pages."""
