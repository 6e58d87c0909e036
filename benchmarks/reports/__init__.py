"""The managers' reports, on the leads of a month and with those of a year before them."""
