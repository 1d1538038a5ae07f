"""The rules of telling: who hears what, what they may know, when to try again. Pure."""
