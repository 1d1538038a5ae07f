"""How services tell each other facts: outbox, relay, two transports, inbox and parking.

See README.md beside this file for the guarantees and for what happens when a part dies.
"""
