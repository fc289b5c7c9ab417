"""Chats for agents: an index over any chats, questions to it, and a server that speaks MCP.

A product on top of the library: it imports public names, and the few inner ones that `door` lists. `index` makes the
file, `questions` asks it, `answers` bounds and fences what is said, `server` offers it over the Model Context Protocol.
"""
