"""Rules in the admin: sets and their publication, draft rules and the builder, published versions."""

from rules_engine.admin import rules, sets, versions  # noqa: F401  # importing registers them
