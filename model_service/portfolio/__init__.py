"""A watched portfolio: what is held, what it is worth, and what following the decisions would have made."""
