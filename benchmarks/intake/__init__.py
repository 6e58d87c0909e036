"""A lead from HTTP to its committed assignment, on PostgreSQL, with the demo's roster and rules."""
