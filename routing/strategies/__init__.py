"""Pure: candidates in, an order and reasons out; one file each."""
