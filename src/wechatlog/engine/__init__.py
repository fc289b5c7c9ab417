"""How every format is read: the protocol, the containers that give rows, and what is true of all formats."""
