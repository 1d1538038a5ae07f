"""A person's own work in a service: what one did last, and the figures of one's roles."""
