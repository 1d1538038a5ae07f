"""Reads, shaped for answers."""
