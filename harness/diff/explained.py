"""x"""
import argparse
def explain(options: argparse.Namespace) -> int:
    return 0
