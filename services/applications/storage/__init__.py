"""Files outside the database: taken in, looked into, scanned, kept, and shown page by page."""
