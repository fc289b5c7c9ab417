"""WeFlow and its kin, one file for each container: JSON objects, sheets, pages, SQL scripts, texts.

echotrace is the predecessor of WeFlow, CipherTalk and weflow-cli are its relatives: they share names of types,
placeholders and faults. What a body is where nothing says it, `bodies` knows.
"""
