"""What the rules of a pool say: values in, values out."""
