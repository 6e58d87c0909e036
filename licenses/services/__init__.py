"""What the licenses app does, one module a family of verbs."""

from licenses.services.facts import delete, save

__all__ = ["delete", "save"]
