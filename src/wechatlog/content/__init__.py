"""What bodies mean: kinds, placeholders, notices, app messages, the syntax of the Markdown archive and the native form.

Readers and writers meet here, since neither may import the other. Tables are data, shared where tools share them.
"""
