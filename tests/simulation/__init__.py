"""The whole house in one process on simulated time: seeded, crashed between any two awaits, replayed.

`python -m tests.simulation --seed N`; docs/simulation.md says what it covers and what not.
"""
