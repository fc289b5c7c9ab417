"""From inputs to conversations: one input, and many."""
