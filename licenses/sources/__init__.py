"""Where licence data comes from: one Protocol, one module a source."""
