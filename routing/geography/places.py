"""What is known of a ZIP and of an area code, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ZipFacts:
    """What a ZIP says of where somebody lives. One that no table knows has no state."""

    zip_code: str
    state: str | None = None
    states: tuple[str, ...] = ()  # every state it is known to reach into, its own first
    hinted_states: tuple[str, ...] = ()  # states its area codes belong to besides
    county: str = ""
    city: str = ""
    zones: tuple[str, ...] = ()
    area_codes: tuple[str, ...] = ()
    kind: str = ""
    is_active: bool = False
    latitude: float | None = None  # of its centre
    longitude: float | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """The centre, as latitude and longitude, where the source gives it."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    @property
    def is_military(self) -> bool:
        """Say whether it is a military post office, which may be anywhere."""
        return self.kind == "MILITARY"


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """Where an area code's numbers were issued; the people have moved since."""

    npa: str
    states: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """What the tables say of one lead's ZIP and area code; None where the lead gave none."""

    zip_area: ZipFacts | None = None
    phone_area: AreaFacts | None = None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every ZIP and area code, and what the checks found."""

    zips: tuple[ZipFacts, ...]
    areas: tuple[AreaFacts, ...]
    zip_source: str
    area_source: str
    malformed_zips: tuple[str, ...]  # left out
    unreadable_zones: tuple[str, ...]  # ZIPs whose source named something that is no zone
    several_times: tuple[str, ...]  # ZIPs with zones that keep different times
