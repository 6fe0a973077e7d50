"""The public answer: a static site of run files, and `diff --published`, which reads it."""
