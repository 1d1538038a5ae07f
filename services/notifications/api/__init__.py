"""What notifications answers over HTTP: one file per kind of thing."""
