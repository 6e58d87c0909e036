"""Filters of the rules' templates."""
