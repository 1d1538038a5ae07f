"""A county's measure as dated data, and the pure functions that apply it."""
