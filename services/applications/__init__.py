"""From a bank's submission to the last fen of its loan: cases, reviews, pledges, positions."""
