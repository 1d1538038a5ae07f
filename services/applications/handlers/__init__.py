"""What we do about what comes in: load, decide, record."""
