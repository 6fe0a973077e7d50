"""Load: what needs no locust. Checks of a stream, the rules of a verdict, and small processes that
stand beside the generator.
"""
