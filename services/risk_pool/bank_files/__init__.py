"""Statements of account as banks give them: camt.053, CSV and XLSX, each read row by row."""
