"""What bodies mean: the vocabulary of kinds, placeholders, notices, app messages, and the syntax of the Markdown archive.

Readers and writers meet here, since neither may import the other. Tables are data, shared where tools share them.
"""
