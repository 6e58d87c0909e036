"""Reads: questions about leads, pools and clocks, with nothing written."""
