"""Closed years in cheap storage: nothing leaves that is not there, and what is there can be read."""
