"""The rules of a case, over values alone."""
