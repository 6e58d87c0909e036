"""Sixty-four workers, one pool of fifty: what real claims cost beside bare ones, and whether any goes wrong."""
