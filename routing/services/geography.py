"""STOPGAP by the lead, to be overwritten."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    zip_area: object = None
    phone_area: object = None


def find_places(zip_code, area_code):
    return Places()
