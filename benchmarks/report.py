"""What a run found: one result a name, as a table for people and as `results/latest.json` for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

LATEST: Final = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Result:
    """One measurement. Times are medians in µs; `target` is the highest ratio we allow ourselves.

    `more` holds what else was measured, `note` what to know about it.
    """

    name: str
    ours_us: float | None
    peer: str | None
    peer_us: float | None
    n: int
    versions: Mapping[str, str]
    target: float | None = None
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How long ours took as a multiple of the peer's time."""
        if self.ours_us is None or not self.peer_us:
            return None
        return float(f"{self.ours_us / self.peer_us:.3g}")

    @property
    def is_kept(self) -> bool | None:
        """Say whether the target was met, if there is one."""
        return None if self.target is None or self.ratio is None else self.ratio <= self.target

    def as_dict(self) -> dict[str, Any]:
        """Return it as `results/latest.json` keeps it."""
        return {
            "ours_us": _rounded(self.ours_us),
            "peer": self.peer,
            "peer_us": _rounded(self.peer_us),
            "ratio": self.ratio,
            "n": self.n,
            "versions": dict(self.versions),
            "target": self.target,
            "is_kept": self.is_kept,
            "note": self.note,
            **self.more,
        }


def _rounded(time: float | None) -> float | None:
    return None if time is None else round(time, 2)


def write(results: Sequence[Result]) -> None:
    """Put the results beside those of cases this run left out."""
    known = json.loads(LATEST.read_text()) if LATEST.exists() else {}
    known |= {result.name: result.as_dict() for result in results}
    LATEST.parent.mkdir(exist_ok=True)
    partial = LATEST.with_suffix(".tmp")
    partial.write_text(json.dumps(known, indent=2) + "\n")
    partial.replace(LATEST)


def table(results: Sequence[Result]) -> str:
    """Return the results as a table."""
    rows = [("", "ours", "peer", "ours/peer", "target", "n", "peer is")]
    rows += [_row(result) for result in results]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(row[at].rjust(widths[at]) for at in range(1, 6)), row[6]]).rstrip()
        for row in rows
    )


def _row(result: Result) -> tuple[str, str, str, str, str, str, str]:
    ours = _told(result.ours_us) if result.ours_us is not None else str(result.more.get("ours", ""))
    ratio = f"{result.ratio:.3g}" if result.ratio is not None else ""
    met = {None: "", True: " kept", False: " MISSED"}[result.is_kept]
    return (
        result.name,
        ours,
        _told(result.peer_us) if result.peer_us is not None else "",
        ratio,
        "" if result.target is None else f"≤ {result.target:.3g}{met}",
        f"{result.n:,}",
        result.peer or "",
    )


def _told(time: float) -> str:
    return f"{time / 1000:.2f} ms" if time >= 1000 else f"{time:.1f} µs"
