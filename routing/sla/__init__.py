"""Pure: calendars and deadlines."""
