"""Rules in the admin: sets and their publication, draft rules and the builder, named lists, published versions."""

from rules_engine.admin import lists, proposals, rules, sets, versions  # noqa: F401  # importing registers them
