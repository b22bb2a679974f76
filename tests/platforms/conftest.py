"""Who is asked: each question names what it needs, and goes to every platform that claims it."""

from __future__ import annotations

import pytest

from tests.platforms.benches import BENCHES

QUESTIONS = ("test_contract", "test_contract_levels", "test_contract_changes")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``@needs(Capability.X, Lever.Y, but=Capability.Z)`` chooses the benches of a question."""
    if "bench" not in metafunc.fixturenames or metafunc.module.__name__.rpartition(".")[2] not in QUESTIONS:
        return
    asked = [key for key in BENCHES if all(_fits(mark, key) for mark in metafunc.definition.iter_markers("needs"))]
    assert asked, f"nobody can answer {metafunc.function.__name__}"
    scope = "module" if metafunc.module.__name__.endswith("test_contract") else "function"
    metafunc.parametrize("bench", asked, indirect=True, scope=scope)


def _fits(mark: pytest.Mark, key: str) -> bool:
    claimed = {*BENCHES[key].capabilities(), *BENCHES[key].levers}
    return set(mark.args) <= claimed and mark.kwargs.get("but") not in claimed
