"""Models that are shown and judged, but never decide."""
