"""Who is told about questions, as a connections file describes it: one table for each role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mirakl_sync.connections.schemas import RouteSchema
from mirakl_sync.errors import Misconfigured
from mirakl_sync.inbox.kind import Role
from mirakl_sync.policy.schema import load
from mirakl_sync.policy.units import write_duration

_ROLES = {role.value.replace(" ", "_"): role for role in Role}


@dataclass(frozen=True, slots=True)
class WantedRoute:
    """``[people.ROLE]``: where messages for a role go, and when. ``escalate_to`` empty: to nobody."""

    role: str
    email: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)
    timezone: str = "UTC"
    quiet: str = ""
    digest: tuple[str, ...] = ("09:00",)
    escalate_after: timedelta = timedelta(minutes=30)
    escalate_to: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """Everything that is no secret, as a file would say it."""
        return {
            "email": list(self.email),
            "timezone": self.timezone,
            "quiet": self.quiet,
            "digest": list(self.digest),
            "escalate_after": write_duration(self.escalate_after),
            "escalate_to": self.escalate_to,
        }


def read_route(key: str, table: Any, secret: Callable[[str, str], str]) -> WantedRoute:
    """One table of the file; ``secret`` looks up what stands behind ``env:`` and ``fernet:``."""
    said = load(RouteSchema(), table, f"people.{key}")
    role, to = _role(key, f"people.{key}"), said.get("escalate_to", "")
    values: dict[str, Any] = {name: said[name] for name in ("timezone", "quiet", "escalate_after") if name in said}
    for name in ("email", "digest"):
        if name in said:
            values[name] = tuple(dict.fromkeys(said[name]))
    if said.get("webhook"):
        values["webhook"] = secret(said["webhook"], f"people.{key}.webhook")
        if not values["webhook"].startswith(("https://", "http://")):
            raise Misconfigured(f"people.{key}.webhook is no address.", way_out="It begins with https://.")
    if to:
        values["escalate_to"] = _role(to, f"people.{key}.escalate_to").value
        if values["escalate_to"] == role.value:
            raise Misconfigured(f"people.{key}.escalate_to names the role itself.", way_out="Name another role.")
    return WantedRoute(role.value, **values)


def shown_of(row: Any) -> Mapping[str, Any]:
    """The same of a stored route."""
    return {
        "email": row.email,
        "timezone": row.timezone,
        "quiet": row.quiet,
        "digest": row.digest,
        "escalate_after": write_duration(timedelta(seconds=row.escalate_after_seconds)),
        "escalate_to": row.escalate_to,
    }


def _role(key: str, where: str) -> Role:
    role = _ROLES.get(key.replace(" ", "_"))
    if role is None:
        raise Misconfigured(f"{where}: there is no role {key!r}.", way_out=f"Known are {', '.join(_ROLES)}.")
    return role
