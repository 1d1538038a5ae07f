"""Tells people and machines what has happened: webhooks, e-mail, an inbox."""
