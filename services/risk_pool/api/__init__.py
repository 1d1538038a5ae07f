"""What the risk pool answers over HTTP: one file per kind of thing."""
