"""A conversation as tables: one set of columns for data frames, CSV, spreadsheets, databases and Parquet.

Takes model objects and gives columns of plain values, and the other way round; knows no file and no writer. The
columns are documented in `docs/reference/tables.md`. What needs pyarrow is in `frames.arrow`, which is imported only
by those who need it.
"""
