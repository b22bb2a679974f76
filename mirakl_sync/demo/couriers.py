"""Who carries parcels out of the shop, what each is called on each marketplace, and the marketplaces' own lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mirakl_sync.demo import tracking_numbers

NORDMARKT, BELLE_MAISON, KONTOR = "nordmarkt", "belle-maison", "kontor-b2b"


@dataclass(frozen=True, slots=True)
class Courier:
    """A carrier as the shop's staff pick it, and its code by marketplace; an empty code is told by the name."""

    name: str
    number: Callable[[int], str]
    codes: Mapping[str, str] = field(default_factory=dict)
    link: str = ""


UPS = Courier("UPS", tracking_numbers.ups, {NORDMARKT: "UPS", BELLE_MAISON: "UPS_FR", KONTOR: "upsn"})
DHL = Courier("DHL Paket", partial(tracking_numbers.gs1, "00340434", length=20), {NORDMARKT: "DHLDE", KONTOR: "dhl-de"})
POSTNORD = Courier("PostNord", partial(tracking_numbers.gs1, "00373500", length=20), {NORDMARKT: "PN"})
GLS = Courier("GLS", partial(tracking_numbers.gs1, "", length=11), {BELLE_MAISON: "GLS-FR", KONTOR: "gls"})
COLISSIMO = Courier("Colissimo", tracking_numbers.colissimo, {BELLE_MAISON: "COLISSIMO"})
CHRONOPOST = Courier("Chronopost", lambda serial: tracking_numbers.s10("XA", serial, "FR"), {BELLE_MAISON: "CHRP"})
# It is on both lists, but not under this name: a person has to say so.
ROYAL_MAIL = Courier(
    "Royal Mail 24", lambda serial: tracking_numbers.s10("RM", serial, "GB"), {NORDMARKT: "RM", BELLE_MAISON: "ROYALM"}
)
# On no list. Kontor takes it by its name; where only the list counts, its parcels wait for a person.
VELO = Courier(
    "Velo Kurier Nord", tracking_numbers.of_a_bicycle, {KONTOR: ""}, "https://velo-kurier.example/sendung/%number%"
)

COURIERS = (UPS, DHL, POSTNORD, GLS, COLISSIMO, CHRONOPOST, ROYAL_MAIL, VELO)


def codes_on(market: str) -> dict[str, str]:
    """What each of the shop's carriers is on a marketplace; those that are nothing there are left out."""
    return {courier.name: courier.codes[market] for courier in COURIERS if market in courier.codes}


def _listed(code: str, label: str, standard_code: str | None = None) -> dict[str, Any]:
    url = f"https://track.example/{code.lower()}?number={{trackingId}}"
    return {"code": code, "label": label, "standard_code": standard_code, "tracking_url": url}


# What SH21 answers: names are found by code, by standard code or by label, differently everywhere.
LISTS: dict[str, list[dict[str, Any]]] = {
    NORDMARKT: [
        _listed("UPS", "United Parcel Service", "UPS"),
        _listed("DHLDE", "DHL Paket", "DHL_DE"),
        _listed("PN", "PostNord", "POSTNORD"),
        _listed("RM", "Royal Mail", "ROYAL_MAIL"),
        _listed("DPD", "DPD", "DPD"),
        _listed("BRING", "Bring"),
    ],
    BELLE_MAISON: [
        _listed("COLISSIMO", "La Poste - Colissimo", "COLISSIMO"),
        _listed("CHRP", "Chronopost"),
        _listed("UPS_FR", "UPS", "UPS"),
        _listed("GLS-FR", "GLS France", "GLS"),
        _listed("ROYALM", "Royal Mail", "ROYAL_MAIL"),
        _listed("MR", "Mondial Relay", "MONDIAL_RELAY"),
    ],
    KONTOR: [
        _listed("upsn", "UPS", "UPS"),
        _listed("dhl-de", "DHL Deutschland", "DHL_PAKET"),
        _listed("gls", "GLS Germany"),
        _listed("raben", "Raben Logistics"),
        {"code": "own-van", "label": "Own delivery", "standard_code": None, "tracking_url": None},
    ],
}
