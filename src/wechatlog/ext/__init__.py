"""What other libraries are given: one module for each. Nothing here is imported before somebody asks for it."""
