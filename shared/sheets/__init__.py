"""Tables as people keep them: CSV and XLSX read row by row, and what their cells say."""
