"""Figures of planners, read at the moment of asking."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from mirakl_sync.console.figures import Figures
from mirakl_sync.db.models import PlannerFile, PlannerRow
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.planning.files import ON_ITS_WAY, WAITS, FileState
from mirakl_sync.planning.sending import planners


def _by_key(tx: Transaction, model: Any, *where: Any) -> Figures:
    """((planner,), count) of every planner that is named, also of those without any."""
    keys = {store.id: store.key for store in planners(tx)}
    rows = select(model.planner_pk, func.count()).where(*where).group_by(model.planner_pk)
    counted = {row[0]: row[1] for row in tx.execute(rows)}
    return [((key,), float(counted.get(number, 0))) for number, key in keys.items()]


def due(tx: Transaction) -> Figures:
    """Lines the next files will tell."""
    return _by_key(tx, PlannerRow, *WAITS)


def waiting(tx: Transaction) -> Figures:
    """Files made and not yet brought."""
    return _by_key(tx, PlannerFile, PlannerFile.state.in_(ON_ITS_WAY))


def doubted(tx: Transaction) -> Figures:
    """Files the planner's numbers do not show."""
    return _by_key(tx, PlannerFile, PlannerFile.state == FileState.IGNORED)
