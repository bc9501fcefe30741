"""Validation that cannot see the future: purged splits, choice of parameters, the untouched period."""
