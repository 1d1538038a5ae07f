"""What the risk pool remembers: one file per part of the domain."""
