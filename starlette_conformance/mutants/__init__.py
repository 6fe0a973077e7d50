"""Mutants: installed packages with one thing changed, and whether a spec notices."""
