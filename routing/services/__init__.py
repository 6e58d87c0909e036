"""What routing does: one module a family of verbs, one function a transaction."""
