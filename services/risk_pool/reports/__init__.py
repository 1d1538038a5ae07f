"""Statements on paper and in spreadsheets; each shows the reference of every amount."""
