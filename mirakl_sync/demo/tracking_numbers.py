"""Tracking numbers as carriers print them, with their check digits, made from a serial number of eight digits."""

from __future__ import annotations

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def ups(serial: int) -> str:
    """``1Z``, six signs of the shipper, a service, the serial, a check digit."""
    body = f"DE421768{serial % 10**7:07d}"
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in body]
    return f"1Z{body}{-(sum(values[0::2]) + 2 * sum(values[1::2])) % 10}"


def s10(service: str, serial: int, country: str) -> str:
    """Universal Postal Union S10: ``RM473124829GB``."""
    digits = f"{serial % 10**8:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, S10_WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"{service}{digits}{check}{country}"


def gs1(prefix: str, serial: int, length: int) -> str:
    """``prefix`` and the serial, filled up to ``length`` digits of which the last is GS1's check digit."""
    body = f"{prefix}{serial:0{length - 1 - len(prefix)}d}"
    odd, even = (sum(int(digit) for digit in body[start::-2]) for start in (-1, -2))
    return f"{body}{-(3 * odd + even) % 10}"


def colissimo(serial: int) -> str:
    """A product letter between digits."""
    return f"6A{serial:08d}{serial * 7 % 1000:03d}"


def of_a_bicycle(serial: int) -> str:
    """A courier of the town writes what it likes."""
    return f"VKN-{serial:08d}"
