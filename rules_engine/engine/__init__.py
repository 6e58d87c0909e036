"""Pure: rules as values, parsed, compiled and evaluated without Django, clock, random or I/O."""
