"""Does a tracking number look like one of its carrier's? A doubt is a question, never a verdict. Pure.

Shapes are published by the carriers or follow postal and barcode standards (UPU S10, GS1 SSCC); where a carrier uses
many, ours are the loose ones: a number refused wrongly costs a person's time, one let through costs a look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mirakl_sync.shipments.carriers import normalised

_PLACEHOLDER = re.compile(r"(?i)(test|none|n/?a|null|pending|todo|tba|tbd|unknown|ohne|sans|keine?|x+|-+|\.+)\d*")
_SPELLING = re.compile(r"[0-9A-Za-z][0-9A-Za-z/._-]*")
_COUNTING = ("0123456789" * 3, "9876543210" * 3)
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
    match = re.fullmatch(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}", number)
    if match is None:
        return False
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(match[1], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return int(match[2]) == {10: 0, 11: 5}.get(rest, rest)


def ups(number: str) -> bool:
    """UPS: ``1Z`` and sixteen signs, the last a check digit; or one of its older and mail numbers."""
    if not number.startswith("1Z"):
        return bool(re.fullmatch(r"T\d{10}|\d{9}|\d{12}|\d{22}|\d{26}|MI\d{6}[0-9A-Z]{1,22}", number))
    if not re.fullmatch(r"1Z[0-9A-Z]{15}\d", number):
        return False
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:-1]]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return -total % 10 == int(number[-1])


def _shape(pattern: str, *, post: bool = False) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda number: bool(compiled.fullmatch(number)) or (post and s10(number))


# How a carrier's name begins (normalised; the longest wins) → what its numbers look like.
_SHAPES: dict[str, Callable[[str], bool]] = {
    "ups": ups,
    "dhl": _shape(
        r"\d{9,12}|\d{14}|\d{16}|\d{18}|\d{20}|JJ?D\w{8,20}|JVGL\d+|GM\d{10,18}|[A-Z]{3}\d{7}|3S\w{9,15}", post=True
    ),
    "fedex": _shape(r"\d{12}|\d{15}|\d{18}|\d{20}|\d{22}|\d{34}|DT\d{12}"),
    "usps": _shape(r"9\d{19,21}|\d{20}|420\d{27,31}|[A-Z]{2}\d{9}US", post=True),
    "royalmail": _shape(r"[0-9A-Z]{16}|[0-9A-Z]{21}", post=True),
    "parcelforce": _shape(r"[A-Z]{2}\d{7}|\d{12}", post=True),
    "dpd": _shape(r"\d{10}|\d{14}[0-9A-Z]?|\d{28}|[A-Z]\d{13}"),
    "gls": _shape(r"\d{8}|\d{10,12}|\d{14}|\d{18}|\d{20}|[0-9A-Z]{8}"),
    "hermes": _shape(r"\d{14,16}|\d{20}|H[0-9A-Z]{15,19}|[0-9A-Z]{16}"),
    "evri": _shape(r"\d{14,16}|\d{20}|H[0-9A-Z]{15,19}|[0-9A-Z]{16}"),
    "yodel": _shape(r"JD\d{16}|[0-9A-Z]{18}"),
    "colissimo": _shape(r"\d[A-Z]\d{11}|\d{11,15}|[A-Z]{2}\d{11}", post=True),
    "laposte": _shape(r"\d[A-Z]\d{11}|\d{11,15}|[A-Z]{2}\d{11}", post=True),
    "chronopost": _shape(r"[0-9A-Z]{13}|[0-9A-Z]{15}", post=True),
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


def _wrong_shape(number: str, names: Iterable[str]) -> str:
    known = [(begins, fits) for begins, fits in _SHAPES.items() if any(normalised(n).startswith(begins) for n in names)]
    if not known or any(fits(number) for _, fits in known):
        return ""
    return "it does not look like one of this carrier's numbers"
