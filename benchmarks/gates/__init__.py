"""A hundred gate rules on one lead, every reason, against zen-engine."""
