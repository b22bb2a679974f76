"""From answers of the shipment operations to records."""

from __future__ import annotations

from typing import Any

from mirakl_sync.errors import Refused, Unreadable
from mirakl_sync.http.contract import Answer
from mirakl_sync.http.redact import redact
from mirakl_sync.mirakl import calls
from mirakl_sync.mirakl.refusals import code_of
from mirakl_sync.mirakl.schemas import OrderToShipSchema, ShipmentOutcomeSchema, ShipmentSchema, loaded
from mirakl_sync.records.shipment import MarketplaceShipment, OrderToShip, ShipmentLine, Tracking

_SHIPMENT = ShipmentSchema()
_TO_SHIP = OrderToShipSchema()
_OUTCOMES = ShipmentOutcomeSchema(many=True)


def page_of_shipments(answer: Answer, *, every: bool) -> tuple[MarketplaceShipment, ...]:
    """A page of ST11. Rows that cannot be read are left out, unless ``every`` row matters: then ``Unreadable``."""
    found, problems = [], []
    for row in _data("ST11", answer):
        try:
            found.append(_shipment(row))
        except ValueError as problem:
            problems.append(str(problem))
    if problems and every:
        words = f"The answer to ST11 holds a shipment that cannot be read: {problems[0]}."
        raise Unreadable(words, payload=redact(answer.json))
    return tuple(found)


def page_to_ship(answer: Answer) -> tuple[OrderToShip, ...]:
    """A page of ST12 without the rows that cannot be read."""
    found = []
    for row in _data("ST12", answer):
        try:
            told = loaded(_TO_SHIP, row)
        except ValueError:
            continue
        found.append(OrderToShip(**told | {"lines": _lines(told["lines"])}))
    return tuple(found)


def created(order_id: str, answer: Answer) -> MarketplaceShipment:
    """The one shipment of an answer of ST01; ``Refused`` where it holds an error instead, also under its 201."""
    made = [row for row in calls.rows(answer.json, "shipment_success") or () if row is not None]
    if not made:
        raise _not_done("ST01", order_id, answer, "shipment_errors")
    try:
        shipment = _shipment(made[0])
    except ValueError as problem:
        raise _doubtful("ST01", f"cannot be read: {problem}", answer) from None
    if shipment.order_id != order_id:
        raise _doubtful("ST01", f"tells of order {shipment.order_id[:80]}, we asked for {order_id}", answer)
    return shipment


def check_done(code: str, shipment_id: str, answer: Answer) -> None:
    """Nothing where ST06, ST23 or ST24 was done; ``Refused`` for an error inside their 200."""
    # The samples of ST06 spell its lists otherwise than its schema.
    done = [row for name in ("shipment_success", "deletion_success") for row in calls.rows(answer.json, name) or ()]
    if shipment_id not in {row["shipment_id"] for row in calls.read(code, _OUTCOMES, done, outcome_unknown=True)}:
        raise _not_done(code, shipment_id, answer, "shipment_errors", "deletion_errors")


def _not_done(code: str, what: str, answer: Answer, *names: str) -> Refused | Unreadable:
    errors = [row for name in names for row in calls.rows(answer.json, name) or ()]
    if not errors:
        return _doubtful(code, "names neither a success nor an error", answer)
    # We asked for one thing, so whatever an error names is about it.
    messages = [row["message"] for row in calls.read(code, _OUTCOMES, errors, outcome_unknown=True)]
    said = next(filter(None, messages), "")
    return Refused(
        f"Mirakl refused {code} for {what} ({f'“{said}”' if said else 'without a word'}).",
        code=code_of(code, said),
        status=answer.status,
        request=code,
    )


def _doubtful(code: str, problem: str, answer: Answer) -> Unreadable:
    return Unreadable(f"The answer to {code} {problem}.", payload=redact(answer.json), outcome_unknown=True)


def _data(code: str, answer: Answer) -> list[Any]:
    found = calls.rows(answer.json, "data")
    if found is None:
        raise Unreadable(f"The answer to {code} holds no list.", payload=redact(answer.json))
    return found


def _shipment(row: Any) -> MarketplaceShipment:
    told = loaded(_SHIPMENT, row)
    tracking = told.pop("tracking") or {}
    validity = tracking.pop("validity", "")
    created_at = told.pop("created_at")
    return MarketplaceShipment(
        **told
        | {
            "lines": _lines(told["lines"] or ()),
            "tracking": Tracking(**tracking) if any(tracking.values()) else None,
            "validity": validity,
            "updated_at": told["updated_at"] or created_at,
        }
    )


def _lines(told: Any) -> tuple[ShipmentLine, ...]:
    return tuple(ShipmentLine(**line) for line in told)
