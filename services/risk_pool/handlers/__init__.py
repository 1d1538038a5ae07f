"""What the risk pool does about the events it hears: load, decide, record."""
