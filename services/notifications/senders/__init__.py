"""How a message leaves the house: over HTTP, by SMTP."""
