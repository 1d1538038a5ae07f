"""The risk pool: capacity, coverage, claims, recoveries, the ledger and its monthly settlement."""
