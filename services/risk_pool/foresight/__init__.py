"""What may become of a pool: many futures of its own book, under its terms and under others."""
