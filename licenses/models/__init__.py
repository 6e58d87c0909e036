"""Rows of the licenses app, one module a noun."""

from licenses.models.carrier import Appointment, AppointmentRegime, Carrier, CarrierContract
from licenses.models.license import Certification, License, LineOfAuthority
from licenses.models.loa_map import LoaMap
from licenses.models.producer import Producer, ProducerChange
from licenses.models.product import Product
from licenses.models.refresh import LicenseRefresh, LicenseRefreshChange

__all__ = [
    "Appointment",
    "AppointmentRegime",
    "Carrier",
    "CarrierContract",
    "Certification",
    "License",
    "LicenseRefresh",
    "LicenseRefreshChange",
    "LineOfAuthority",
    "LoaMap",
    "Producer",
    "ProducerChange",
    "Product",
]
