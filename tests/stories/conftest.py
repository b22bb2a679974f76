"""Stories are told on the same days as flows."""

from tests.flows.conftest import accept, begin, pack

__all__ = ["accept", "begin", "pack"]
