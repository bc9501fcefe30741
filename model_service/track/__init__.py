"""The ledger judged: shares with their intervals, and what following it would have earned."""
