"""Numbers of a chat: `values` says what they are, `count` makes them, `tally` adds up, `words` finds words."""
