"""From conversations to files: many into a folder, and the names that they get there."""
