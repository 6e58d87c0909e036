"""How late the clocks are when many run out at once, and what a round costs in which nothing does."""
