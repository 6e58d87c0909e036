"""Proves what rules can and cannot do, over every lead there could be instead of a sample. Pure."""
