"""Who of ten thousand producers may have a lead under fifty rules, against zen-engine, PostgreSQL and plain Python."""
