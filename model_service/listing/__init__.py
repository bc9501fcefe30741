"""Many decisions at once: as rows, in four formats, and in figures."""
