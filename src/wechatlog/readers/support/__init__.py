"""Tools that several readers use: streams of JSON, rows of CSV and spreadsheets, records of text. No formats here."""
