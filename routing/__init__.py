"""From a lead to the producer who works it, and the clocks that follow."""
