"""Files of many rows as banks fill them in: their columns, and how they are read and given back."""
