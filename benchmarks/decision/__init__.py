"""A whole decision about a demo lead, without the claim."""
