"""Stories are told on the same days as flows."""

from tests.flows.conftest import accept, begin, begin_stock, pack

__all__ = ["accept", "begin", "begin_stock", "pack"]
