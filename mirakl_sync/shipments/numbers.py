"""Does a tracking number look like one of its carrier's? A doubt is a question, never a verdict. Pure.

Shapes are published by the carriers or follow postal and barcode standards (UPU S10, GS1 SSCC); where a carrier uses
many, ours are the loose ones: a number refused wrongly costs a person's time, one let through costs a look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mirakl_sync.shipments.carriers import normalised

# A few digits may follow: test123. Not twelve: Amazon's numbers begin with TBA.
_PLACEHOLDER = re.compile(r"(?i)(test|none|n/?a|null|pending|todo|tba|tbd|unknown|ohne|sans|keine?|x+)\d{0,6}")
_SPELLING = re.compile(r"[0-9A-Za-z][0-9A-Za-z/._-]*")
_COUNTING = ("0123456789" * 3, "9876543210" * 3)
_S10 = re.compile(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}")
_SHORTEST, _LONGEST = 5, 50


def clean(number: str) -> str:
    """A number as carriers print it: without the spaces people put in."""
    return "".join(number.split())


def odd(number: str, names: Iterable[str]) -> str:
    """What is wrong with a (cleaned) number for a carrier known by these names, in words; empty when nothing is."""
    if not _SHORTEST <= len(number) <= _LONGEST:
        return f"it has {len(number)} characters"
    if "://" in number or "@" in number:
        return "it is an address, not a number"
    if not _SPELLING.fullmatch(number):
        return "it holds signs no carrier prints"
    if _PLACEHOLDER.fullmatch(number) or len(set(number)) == 1 or any(number in row for row in _COUNTING):
        return "it looks like a placeholder"
    return _wrong_shape(number.upper().replace("-", ""), names)


def s10(number: str) -> bool:
    """UPU S10: two letters, eight digits, a check digit, a country: ``RM473124829GB``."""
    match = _S10.fullmatch(number)
    if match is None:
        return False
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(match[1], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return int(match[2]) == {10: 0, 11: 5}.get(rest, rest)


def ups(number: str) -> bool:
    """UPS: ``1Z`` and sixteen signs, the last a check digit; or one of its older and mail numbers."""
    if not number.startswith("1Z"):
        return bool(re.fullmatch(r"[A-Z]\d{10}|\d{9}|\d{12}|\d{22}|\d{26}|MI\d{6}[0-9A-Z]{1,22}", number))
    if not re.fullmatch(r"1Z[0-9A-Z]{15}\d", number):
        return False
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:-1]]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return -total % 10 == int(number[-1])


def _shape(pattern: str, *, post: bool = False) -> Callable[[str], bool]:
    """Numbers of this pattern; with ``post`` those of the form S10 too, and then their check digit must be right."""
    compiled = re.compile(pattern)
    return lambda number: s10(number) if post and _S10.fullmatch(number) else bool(compiled.fullmatch(number))


# How a carrier's name begins (normalised) → what its numbers look like. Where several are meant, any may fit.
_SHAPES: dict[str, Callable[[str], bool]] = {
    "ups": ups,
    # Express, eCommerce, Parcel, Freight, Global Forwarding (dhl.com, shipment tracking labels)
    "dhl": _shape(r"\d{7}|\d{9,39}|\d[A-Z]{2}\d{4,6}|[A-Z]{2,6}\d[0-9A-Z]{5,34}|3S[0-9A-Z]{9,15}", post=True),
    "fedex": _shape(r"\d{12}|\d{15}|\d{18}|\d{20}|\d{22}|\d{32}|\d{34}|DT\d{12}"),
    "usps": _shape(r"9\d{19,21}|\d{20}|420\d{27,31}|82\d{8}", post=True),
    "royalmail": _shape(r"[0-9A-Z]{9,27}", post=True),
    "parcelforce": _shape(r"[A-Z]{2}\d{7}|[A-Z]{4}\d{10}|\d{12}", post=True),
    "dpd": _shape(r"\d{10}|\d{12,18}|\d{13,14}[A-Z]|\d{27}[0-9A-Z]{1,2}|[A-Z]\d{13}|[A-Z]{2}\d{10}"),
    "gls": _shape(r"\d{8}|\d{10,12}|\d{14}|\d{18}|\d{20}|[0-9A-Z]{8}"),
    "hermes": _shape(r"\d{14,16}|\d{20}|H[0-9A-Z]{15,19}|[0-9A-Z]{16}"),
    "evri": _shape(r"\d{14,16}|\d{20}|H[0-9A-Z]{15,19}|[0-9A-Z]{16}"),
    "yodel": _shape(r"JJ?D\d{16}|[0-9A-Z]{18}"),
    "colissimo": _shape(r"\d[A-Z]\d{11}|\d{11,15}|[A-Z]{2}\d{11}", post=True),
    "laposte": _shape(r"\d[A-Z]\d{11}|\d{11,15}|[A-Z]{2}\d{11}", post=True),
    "chronopost": _shape(r"[0-9A-Z]{13}|[0-9A-Z]{15}"),
    "mondialrelay": _shape(r"\d{8}|\d{10}|\d{12}|\d{14}"),
    "postnl": _shape(r"3S[0-9A-Z]{8,15}|[0-9A-Z]{13}", post=True),
    "bpost": _shape(r"\d{12}|\d{18}|\d{24}", post=True),
    "deutschepost": _shape(r"[0-9A-Z]{10,20}", post=True),
    "swisspost": _shape(r"\d{18}", post=True),
    "correos": _shape(r"[0-9A-Z]{13}|[0-9A-Z]{23}", post=True),
    "inpost": _shape(r"\d{16}|\d{24}|JJD\w+"),
    "postnord": _shape(r"\d{10,20}", post=True),
    "bring": _shape(r"\d{17,18}|\d{20}", post=True),
}


def shaped(names: Iterable[str]) -> bool:
    """True when we know what the numbers of a carrier known by these names look like."""
    return bool(_shapes(names))


def _wrong_shape(number: str, names: Iterable[str]) -> str:
    known = _shapes(names)
    if not known or any(fits(number) for fits in known):
        return ""
    return "it does not look like one of this carrier's numbers"


def _shapes(names: Iterable[str]) -> list[Callable[[str], bool]]:
    spelled = [normalised(name) for name in names]
    return [fits for begins, fits in _SHAPES.items() if any(name.startswith(begins) for name in spelled)]
