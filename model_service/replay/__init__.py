"""The ledger held against its past: paper account, recorded decisions again, back-tests fed live."""
