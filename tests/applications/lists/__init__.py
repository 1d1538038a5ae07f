"""Lists of dishonest or abnormal firms: brought in, matched, repaired, and what they stop."""
