"""What the risk pool does about the events it consumes: load, decide, record."""
