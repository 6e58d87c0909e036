"""What managers are told about a period: each report as a value, counted in a fixed number of statements."""
