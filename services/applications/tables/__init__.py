"""What we remember: rows for ordinary reads, and the SQL of what is written."""
