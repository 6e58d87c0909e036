"""How long lint takes over a set, and how that grows with its rules."""
