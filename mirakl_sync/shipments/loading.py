"""From rows to the facts the rules may know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from mirakl_sync.cases import ledger
from mirakl_sync.connections.opened import Connections, OpenConnection
from mirakl_sync.db.models import CarrierMapping, Order, OrderLine, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import states
from mirakl_sync.records.order import DEAD_LINE_STATES
from mirakl_sync.records.shipment import Tracking
from mirakl_sync.shipments import carriers, company, deeds, numbers
from mirakl_sync.shipments.carriers import Listed, Mapping, Resolved
from mirakl_sync.shipments.company import Member
from mirakl_sync.shipments.facts import ShipmentFacts
from mirakl_sync.shipments.states import State

_ORDER = (
    Order.id,
    Order.order_id,
    Order.commercial_id,
    Order.marketplace_state,
    Order.ship_by,
    Order.managed,
    Order.fulfilled_by_operator,
    Order.left_at,
    Order.policy_id,
)
_READ = "orders of parcels"


def order_of(tx: Transaction, row: Shipment) -> Any:
    """The columns of the parcel's order that matter here, read once in a transaction."""
    read: dict[int, Any] = tx.info.setdefault(_READ, {})
    if row.order_pk not in read:
        read[row.order_pk] = tx.execute(select(*_ORDER).where(Order.id == row.order_pk)).one()
    return read[row.order_pk]


def facts(
    tx: Transaction, row: Shipment, order: Any, opened: OpenConnection, connections: Connections
) -> ShipmentFacts:
    """A parcel's facts; its ``ship_by`` is brought up to date on the way."""
    row.ship_by = order.ship_by
    members = [member(each) for each in (row, *others(tx, row))]
    leader = company.leader(members, of_unknown_contents=opened.multi_shipment)
    leading = next((each for each in members if each.id == leader), None)
    found = _resolved(tx, row, opened, connections)
    how = opened.shipping_type(row.shipping_type)
    return ShipmentFacts(
        id=row.id,
        order_id=order.order_id,
        state=State(row.state),
        marketplace_state=order.marketplace_state,
        seen_at=row.seen_at,
        parcel_id=row.parcel_id,
        carrier=row.carrier,
        number=numbers.clean(row.number),
        url=row.url,
        contents=contents(row),
        removed=row.removed,
        order_left=order.left_at is not None,
        ship_by=order.ship_by,
        managed=order.managed,
        paused="shipments" in opened.paused,
        fulfilled_by_operator=order.fulfilled_by_operator or bool(how.get("by_operator")),
        open_lines=_open_lines(tx, row, members) if opened.multi_shipment else {},
        leader=leader,
        leader_told=leading is not None and leading.state is State.TOLD,
        order_shipped_told=any(each.shipped_told for each in members),
        multi_shipment=opened.multi_shipment,
        names_allowed=opened.carrier_names_allowed,
        number_needed=bool(how.get("tracking_needed")),
        found=found,
        odd=_odd(row, found),
        reused_by=_reused_by(tx, row, order),
        number_confirmed=numbers.clean(row.number_confirmed),
        without_number_by=row.without_number_by,
        told=told(row),
        to_correct=row.to_correct,
        in_doubt=_in_doubt(tx, row, order, opened),
        shipment_id=row.marketplace_shipment_id,
        shipment_state=row.marketplace_state,
    )


def others(tx: Transaction, row: Shipment) -> list[Shipment]:
    """The order's other parcels; as a rule there are none."""
    found = select(Shipment).where(Shipment.order_pk == row.order_pk, Shipment.id != row.id).order_by(Shipment.id)
    return list(tx.execute(found).scalars())


def member(row: Shipment) -> Member:
    """A parcel as the others of its order see it."""
    return Member(
        id=row.id,
        state=State(row.state),
        removed=row.removed,
        has_number=bool(row.number),
        told=row.tracking_told_at is not None or row.shipped_told_at is not None or bool(row.marketplace_shipment_id),
        shipped_told=row.shipped_told_at is not None,
        contents=contents(row),
    )


def contents(row: Shipment) -> dict[str, int] | None:
    """Pieces by line; None where the shop does not say."""
    return {line.line_id: line.quantity for line in row.lines} or None


def told(row: Shipment) -> Tracking | None:
    """What the marketplace was told of the way; None when nothing was."""
    if row.tracking_told_at is None:
        return None
    return Tracking(row.told_carrier_code, row.told_carrier_name, row.told_number, row.told_url)


def _resolved(tx: Transaction, row: Shipment, opened: OpenConnection, connections: Connections) -> Resolved:
    name = carriers.normalised(row.carrier)
    said = tx.execute(
        select(CarrierMapping).where(CarrierMapping.connection_id == row.connection_id, CarrierMapping.name == name)
    ).scalars()
    mappings = [
        Mapping(each.name, each.country, each.carrier_code, each.carrier_name, each.tracking_url) for each in said
    ]
    return carriers.resolve(row.carrier, row.country, connections.carriers.of(tx, opened.marketplace_pk), mappings)


def _odd(row: Shipment, found: Resolved) -> str:
    if not row.number:
        return ""
    listed = found.carrier if isinstance(found, Listed) else None
    names = [listed.code, listed.label, listed.standard_code] if listed else [row.carrier]
    return numbers.odd(numbers.clean(row.number), names)


def _reused_by(tx: Transaction, row: Shipment, order: Any) -> str:
    """Another sale that was told with the same number. Orders of one basket may share a parcel."""
    if not row.number or row.tracking_told_at is not None:
        return ""
    other = tx.execute(
        select(Order.order_id, Order.commercial_id)
        .join(Shipment, Shipment.order_pk == Order.id)
        .where(
            Shipment.store_pk == row.store_pk,
            Shipment.number == row.number,
            Shipment.order_pk != row.order_pk,
            Shipment.tracking_told_at.is_not(None),
        )
        .limit(1)
    ).first()
    if other is None or (other.commercial_id and other.commercial_id == order.commercial_id):
        return ""
    return str(other.order_id)


def _open_lines(tx: Transaction, row: Shipment, members: list[Member]) -> dict[str, int]:
    rows = tx.execute(
        select(OrderLine.line_id, OrderLine.quantity)
        .where(OrderLine.order_pk == row.order_pk, OrderLine.state.not_in(DEAD_LINE_STATES))
        .order_by(OrderLine.position)
    )
    return company.open_lines({line: pieces for line, pieces in rows}, members, row.id)  # noqa: C416 - rows


def _in_doubt(tx: Transaction, row: Shipment, order: Any, opened: OpenConnection) -> bool:
    """Asked only where the doubt decides: in the ordinary way it is looked up before it is asked again anyhow."""
    ordinary = order.marketplace_state == states.SHIPPING and not row.removed
    if ordinary or row.state != State.NOTED or row.marketplace_shipment_id or not opened.multi_shipment:
        return False
    return ledger.in_doubt(ledger.find(tx, deeds.shipment_key(opened, row, order.order_id)))
