"""Agreements with the parties of a pool: versions, floors, plans, top-ups and the end of a pool."""
