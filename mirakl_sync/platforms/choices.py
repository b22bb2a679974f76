"""The settings of a store, read into a dataclass: unknown names and impossible values are said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

from mirakl_sync.errors import Misconfigured

S = TypeVar("S")


def read_choices(
    kind: type[S],
    given: Mapping[str, Any],
    *,
    label: str,
    sentences: Mapping[str, str],
    choices: Mapping[str, tuple[str, ...]] = {},
) -> S:
    """``given`` over the defaults of ``kind``; its fields are text, whole numbers, yes or no, or tables of text.

    ``sentences`` hold what each setting means, ``choices`` the words one may have. ``Misconfigured`` names the setting
    that cannot be, and what it may be.
    """
    unknown = sorted(set(given) - set(sentences))
    if unknown:
        raise Misconfigured(
            f"{label} has no setting {', '.join(unknown)}.", way_out=f"Use {', '.join(sorted(sentences))}."
        )
    types = get_type_hints(kind)
    known = [field.name for field in fields(kind) if field.name in given]  # type: ignore[arg-type]  # a dataclass
    read = _Reader(label, sentences, choices)
    return kind(**{name: read(name, given[name], types[name]) for name in known})


class _Reader:
    def __init__(self, label: str, sentences: Mapping[str, str], choices: Mapping[str, tuple[str, ...]]) -> None:
        self._label, self._sentences, self._choices = label, sentences, choices

    def __call__(self, name: str, value: Any, kind: Any) -> Any:
        if name in self._choices and value not in self._choices[name]:
            raise self._no(name, value, f"Choose one of {', '.join(filter(None, self._choices[name]))}.")
        if kind is bool:
            return value if isinstance(value, bool) else str(value).strip().lower() in ("1", "true", "yes", "on")
        if getattr(kind, "__origin__", None) is dict:
            if not isinstance(value, Mapping):
                raise self._no(name, value, self._sentences[name])
            return {str(key): str(word) for key, word in value.items()}
        try:
            return kind(value)
        except (TypeError, ValueError) as error:
            raise self._no(name, value, self._sentences[name]) from error

    def _no(self, name: str, value: Any, way_out: str) -> Misconfigured:
        return Misconfigured(f"The {self._label} setting {name} cannot be {value!r}.", way_out=way_out)
