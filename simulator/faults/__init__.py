"""Faults on demand: refused or broken answers, spoilt pages, and a history that changes."""
