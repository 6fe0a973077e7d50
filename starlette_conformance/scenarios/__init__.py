"""Scenarios played on a stack: steps on connections, signals, and what is seen of them."""
