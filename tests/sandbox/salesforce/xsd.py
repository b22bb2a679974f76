"""As much of XML Schema as the vendor's export formats use: is this document one of theirs?

    assert faults(SHARED / "contracts" / "sfcc-impex-order.xsd", text) == []

Elements in their order and number, attributes, text by type, lengths, patterns and enumerations. Every content model
of these formats can be followed from left to right without looking back.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree import ElementTree as ET

X = "{http://www.w3.org/2001/XMLSchema}"
Children = list[ET.Element]


def faults(schema: Path, document: bytes) -> list[str]:
    """What is wrong with the document, element by element; nothing when it is valid."""
    return _Judge(schema).judge(ET.fromstring(document))


class _Judge:
    def __init__(self, schema: Path) -> None:
        root = ET.fromstring(schema.read_bytes())
        self._space = "{" + root.attrib["targetNamespace"] + "}"
        self._types = {one.attrib["name"]: one for one in root if one.tag in (f"{X}complexType", f"{X}simpleType")}
        self._roots = {one.attrib["name"]: one for one in root if one.tag == f"{X}element"}
        self._found: list[str] = []

    def judge(self, document: ET.Element) -> list[str]:
        name = document.tag.removeprefix(self._space)
        if name not in self._roots:
            return [f"{document.tag} is no document of this schema"]
        self._element(self._roots[name], document, name)
        return self._found

    def _element(self, declared: ET.Element, given: ET.Element, where: str) -> None:
        own = declared.find(f"{X}complexType")
        kind = own if own is not None else self._types.get(declared.attrib.get("type", ""))
        if kind is not None and kind.tag == f"{X}complexType":
            self._complex(kind, given, where)
            return
        if len(given) or given.attrib:
            self._found.append(f"{where}: only text is expected")
        self._text(declared.attrib.get("type", "xsd:string"), given.text or "", where)

    def _complex(self, kind: ET.Element, given: ET.Element, where: str) -> None:
        simple = kind.find(f"{X}simpleContent/{X}extension")
        if simple is not None:
            self._text(simple.attrib["base"], given.text or "", where)
        elif kind.get("mixed") != "true" and (given.text or "").strip():
            self._found.append(f"{where}: no text is expected")
        self._attributes(simple if simple is not None else kind, given, where)
        rest = [*given]
        for particle in self._particles(kind):
            rest = self._follow(particle, rest, where)
        self._found += [f"{where}: {one.tag.removeprefix(self._space)} is not expected here" for one in rest[:1]]

    def _particles(self, kind: ET.Element) -> list[ET.Element]:
        extended = kind.find(f"{X}complexContent/{X}extension")
        if extended is not None:
            return [*self._particles(self._types[extended.attrib["base"]]), *self._particles(extended)]
        return [one for one in kind if one.tag in (f"{X}sequence", f"{X}choice")]

    def _follow(self, particle: ET.Element, rest: Children, where: str) -> Children:
        """Takes what the particle describes off the front of the elements."""
        least, most = int(particle.get("minOccurs", 1)), particle.get("maxOccurs", "1")
        taken = 0
        while most == "unbounded" or taken < int(most):
            after = self._once(particle, rest, where)
            if after is None or after == rest:
                break
            rest, taken = after, taken + 1
        if taken < least and particle.tag == f"{X}element":
            self._found.append(f"{where}: {particle.attrib['name']} is missing")
        return rest

    def _once(self, particle: ET.Element, rest: Children, where: str) -> Children | None:
        if particle.tag == f"{X}element":
            name = particle.attrib["name"]
            if not rest or rest[0].tag != self._space + name:
                return None
            self._element(particle, rest[0], f"{where}/{name}")
            return rest[1:]
        inner = [one for one in particle if one.tag in (f"{X}element", f"{X}sequence", f"{X}choice")]
        if particle.tag == f"{X}choice":
            chosen = (self._once(one, rest, where) for one in inner)
            return next((after for after in chosen if after is not None and after != rest), None)
        for one in inner:
            rest = self._follow(one, rest, where)
        return rest

    def _attributes(self, kind: ET.Element, given: ET.Element, where: str) -> None:
        known = {one.attrib["name"]: one for one in kind.findall(f"{X}attribute") if "name" in one.attrib}
        for name in set(given.attrib) - set(known):
            self._found.append(f"{where}: the attribute {name} is unknown")
        for name, one in known.items():
            if name in given.attrib:
                self._text(one.attrib["type"], given.attrib[name], f"{where}@{name}")
            elif one.get("use") == "required":
                self._found.append(f"{where}: the attribute {name} is missing")

    def _text(self, kind: str, text: str, where: str) -> None:
        prefix, _, name = kind.rpartition(":")
        if prefix:
            if not _is(name, text):
                self._found.append(f"{where}: {text!r} is no {name}")
            return
        limits = self._types[kind].find(f"{X}restriction")
        assert limits is not None, f"{kind} restricts nothing"
        self._text(limits.attrib["base"], text, where)
        if not all(_keeps(one, text) for one in limits) or not _is_enumerated(limits, text):
            self._found.append(f"{where}: {text!r} is no {kind}")


def _keeps(limit: ET.Element, text: str) -> bool:
    value, name = limit.get("value", ""), limit.tag.removeprefix(X)
    if name == "pattern":
        return re.fullmatch(value, text) is not None
    if name in ("minLength", "maxLength"):
        return len(text) >= int(value) if name == "minLength" else len(text) <= int(value)
    return Decimal(text) >= Decimal(value) if name == "minInclusive" else True


def _is_enumerated(limits: ET.Element, text: str) -> bool:
    values = {one.get("value") for one in limits.findall(f"{X}enumeration")}
    return not values or text in values


@functools.cache
def _is(name: str, text: str) -> bool:
    try:
        if name == "decimal":
            return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None and Decimal(text).is_finite()
        if name == "double":
            return float(text) is not None
        if name == "int":
            return int(text) is not None
        if name in ("dateTime", "date"):
            return datetime.fromisoformat(text) is not None and ("T" in text) == (name == "dateTime")
    except (ValueError, InvalidOperation):
        return False
    return text in ("true", "false", "0", "1") if name == "boolean" else name == "string"
