"""Closed months in cheap storage: written as files, read back, and only then let go of."""
