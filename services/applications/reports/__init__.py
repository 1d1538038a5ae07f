"""Papers that the bureau prints of a case."""
