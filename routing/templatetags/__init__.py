"""Template tags of the routing app."""
