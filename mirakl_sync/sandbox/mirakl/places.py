"""People, streets and tax rates for orders that look real."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Country:
    """Where a customer lives, as the marketplace writes it."""

    code: str  # alpha-3
    label: str
    locale: str
    vat: Decimal
    cities: tuple[tuple[str, str], ...]  # zip code, city
    streets: tuple[str, ...]
    phone: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


def _country(code: str, label: str, locale: str, vat: int, phone: str, **lists: Any) -> Country:
    return Country(code, label, locale, Decimal(vat), phone=phone, **lists)


COUNTRIES = {
    country.code: country
    for country in (
        _country(
            "FRA", "France", "fr_FR", 20, "+331",
            cities=(("75002", "Paris"), ("69003", "Lyon"), ("13001", "Marseille")),
            streets=("rue de la République", "avenue Victor Hugo", "impasse des Œillets"),
            first_names=("Aimée", "Léo", "Zoé", "Jean-Luc"), last_names=("Byron", "Lefèvre", "D'Artois"),
        ),
        _country(
            "DEU", "Germany", "de_DE", 19, "+4930",
            cities=(("10115", "Berlin"), ("80331", "München"), ("01067", "Dresden")),
            streets=("Hauptstraße", "Gartenweg", "Am Söllerbruch"),
            first_names=("Jürgen", "Anke", "Björn"), last_names=("Müller", "Groß", "von der Heide"),
        ),
        _country(
            "ESP", "Spain", "es_ES", 21, "+3491",
            cities=(("28013", "Madrid"), ("08002", "Barcelona")),
            streets=("Calle Mayor", "Avenida de la Constitución"),
            first_names=("Íñigo", "María José"), last_names=("Núñez", "García López"),
        ),
        _country(
            "NLD", "Netherlands", "nl_NL", 21, "+3120",
            cities=(("1012 AB", "Amsterdam"), ("3011 AA", "Rotterdam")),
            streets=("Kerkstraat", "Prinsengracht"),
            first_names=("Sanne", "Daan"), last_names=("de Vries", "'t Hart"),
        ),
        _country(
            "ITA", "Italy", "it_IT", 22, "+3906",
            cities=(("00184", "Roma"), ("20121", "Milano")),
            streets=("Via Garibaldi", "Piazza del Duomo"),
            first_names=("Niccolò", "Giulia"), last_names=("Rossi", "D'Angelo"),
        ),
        _country(
            "POL", "Poland", "pl_PL", 23, "+4822",
            cities=(("00-001", "Warszawa"), ("90-001", "Łódź")),
            streets=("ulica Długa", "ulica Świętokrzyska"),
            first_names=("Łukasz", "Małgorzata"), last_names=("Wójcik", "Żółkiewska"),
        ),
    )
}  # fmt: skip


def a_customer(chance: random.Random, country: Country) -> dict[str, Any]:
    """A customer who lives in `country`."""
    return {
        "customer_id": f"C-{chance.randrange(10**6)}",
        "civility": chance.choice((None, "Mr", "Mrs")),
        "firstname": chance.choice(country.first_names),
        "lastname": chance.choice(country.last_names),
        "locale": country.locale,
    }


def an_address(chance: random.Random, country: Country, customer: dict[str, Any]) -> dict[str, Any]:
    """An address of `customer`, nullable fields null now and then as on real tenants."""
    zip_code, city = chance.choice(country.cities)
    return {
        "civility": customer.get("civility"),
        "firstname": customer["firstname"],
        "lastname": customer["lastname"],
        "company": chance.choice((None, None, None, f"{customer['lastname']} & Co")),
        "company_2": None,
        "street_1": f"{chance.randrange(1, 200)} {chance.choice(country.streets)}",
        "street_2": chance.choice((None, None, "2nd floor")),
        "zip_code": zip_code,
        "city": city,
        "state": None,
        "country": country.label,
        "country_iso_code": country.code,
        "phone": chance.choice((None, f"{country.phone}{chance.randrange(10**6, 10**7)}")),
        "phone_secondary": None,
    }
