"""A hundred and a thousand gate rules on one lead, every reason, against zen-engine."""
