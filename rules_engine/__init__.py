"""Rules people write, versioned, and the engine that evaluates them."""
