"""The judge's second half: was every parcel that left the shop told once, with the right number and carrier? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mirakl_sync.demo.findings import DOUBLED, LOST, OTHER, WAREHOUSE, Problem, Question, Row, Ways

# Questions that hold a parcel back; no other explains one that was not told.
HOLDS = ("carrier_unmapped", "number_missing")
ALL_LEFT = "completed"
# Mirakl's spelling of a shipment's state once its pieces have left.
GONE = ("SHIPMENT_PREPARED", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")
LINE_ID = "_mirakl_order_line_id"

Order = Mapping[str, Any]


def judge_parcels(
    order: Order, placed: Order, questions: Sequence[Question], ways: Ways, row: Row
) -> Iterator[Problem]:
    """What is wrong with the telling of a released order's parcels; counts those told and those held into ``row``.

    ``order`` is the marketplace's, ``placed`` the shop's, both as in the sandbox's books.
    """
    if placed["status"] != ALL_LEFT:
        row.waiting[WAREHOUSE] += 1
    if ways.by_shipment:
        yield from _each(order, placed, questions, ways, row)
    else:
        yield from _whole(order, placed, questions, ways, row)


def _whole(order: Order, placed: Order, questions: Sequence[Question], ways: Ways, row: Row) -> Iterator[Problem]:
    """OR23 and OR24: one number and one shipping, once everything has left."""
    order_id, parcels, calls = order["order_id"], placed["parcels"], order["ship_calls"]
    if calls > 1:
        yield Problem(DOUBLED, order_id, f"told as shipped {calls} times")
    if placed["status"] != ALL_LEFT:
        if calls or order["trackings"]:
            yield Problem(OTHER, order_id, "told, though not all of it has left the shop")
        return
    many, why = max(1, len(parcels)), _held_by(questions, order_id)
    if order["shipped_by"] is None:
        if why:
            row.held[why] += many
        else:
            yield Problem(LOST, order_id, f"{_named(parcels)} left the shop, the marketplace says {order['state']}")
        return
    row.shipped += many
    if order["shipped_by"] != "shop" or not calls:
        words = f"shipped by {order['shipped_by']}, yet {calls} of our calls counted"
        yield Problem(OTHER, order_id, words)
    told = order["trackings"][-1] if order["trackings"] else None
    yield from _whole_told(order_id, told, [parcel for parcel in parcels if parcel["number"]], ways)


def _whole_told(
    order_id: str, told: Mapping[str, Any] | None, parcels: Sequence[Mapping[str, Any]], ways: Ways
) -> Iterator[Problem]:
    number = _number(told)
    meant = [parcel for parcel in parcels if parcel["number"] == number]
    if meant and told is not None:
        yield from _carrier(order_id, told, meant[0], ways)
    elif parcels or number:
        yield Problem(OTHER, order_id, f"told {number or 'without a number'}, the shop says {_named(parcels)}")


def _each(order: Order, placed: Order, questions: Sequence[Question], ways: Ways, row: Row) -> Iterator[Problem]:
    """ST01: a shipment for each parcel."""
    order_id = order["order_id"]
    living = [one for one in order["shipments"] if one["deleted_at"] is None and one["state"] != "CANCELED"]
    yield from _twice(order, living)
    pairs, untold, strays = _paired(living, _left(placed))
    for parcel, shipment in pairs:
        row.shipped += 1
        if parcel["number"]:
            yield from _carrier(order_id, shipment["trackings"][-1], parcel, ways)
    for parcel, shipment in zip(untold, strays, strict=False):
        told = _number(_last(shipment)) or "without a number"
        yield Problem(OTHER, order_id, f"told {told}, the shop says {_named([parcel])}")
    for shipment in strays[len(untold) :]:
        words = f"shipment {_number(_last(shipment)) or shipment['id']} is of no parcel that left the shop"
        yield Problem(OTHER, order_id, words)
    for parcel in untold[len(strays) :]:
        why = _held_by(questions, order_id, parcel["number"])
        if why:
            row.held[why] += 1
        else:
            yield Problem(LOST, order_id, f"{_named([parcel])} left the shop and was not told")
    if not strays:
        yield from _pieces(order, placed, pairs)


def _left(placed: Order) -> list[Mapping[str, Any]]:
    """The parcels that left; an order that left without any named is one."""
    parcels = list(placed["parcels"])
    return parcels or ([{"carrier": "", "number": "", "items": []}] if placed["status"] == ALL_LEFT else [])


_Pairs = list[tuple[Mapping[str, Any], Mapping[str, Any]]]


def _paired(
    living: Sequence[Mapping[str, Any]], parcels: Sequence[Mapping[str, Any]]
) -> tuple[_Pairs, list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Each parcel with the shipment that carries its number; parcels without one; shipments without a parcel."""
    free = [shipment for shipment in living if shipment["state"] in GONE]
    pairs, untold = [], []
    for parcel in parcels:
        same = next((one for one in free if _number(_last(one)) == parcel["number"]), None)
        if same is None:
            untold.append(parcel)
        else:
            free.remove(same)
            pairs.append((parcel, same))
    return pairs, untold, free


def _twice(order: Order, living: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """More told than was sold, or two shipments that carry the key of one parcel."""
    told = _inside(living)
    for line in order["lines"]:
        if told[line["id"]] > line["quantity"]:
            words = f"{told[line['id']]} pieces of line {line['id']} told, {line['quantity']} sold"
            yield Problem(DOUBLED, order["order_id"], words)
    keys = Counter(key for one in living for key in {line["package_reference"] for line in one["lines"]} if key)
    for key, times in keys.items():
        if times > 1:
            yield Problem(DOUBLED, order["order_id"], f"{times} shipments for the parcel {key}")


def _pieces(order: Order, placed: Order, pairs: _Pairs) -> Iterator[Problem]:
    """What was told is in the parcels is what the shop put into them; nothing to compare where it does not say."""
    ours = {line["id"]: line["meta"].get(LINE_ID, "") for line in placed["lines"]}
    packed: Counter[str] = Counter()
    for parcel, _ in pairs:
        for item in parcel["items"]:
            packed[str(ours.get(item["line_id"], ""))] += item["quantity"]
    if any(not parcel["items"] for parcel, _ in pairs):
        alive = [line for line in order["lines"] if line["state"] not in ("REFUSED", "CANCELED")]
        packed = Counter({line["id"]: line["quantity"] for line in alive})
    told = _inside([shipment for _, shipment in pairs])
    if told != packed:
        yield Problem(OTHER, order["order_id"], f"told pieces {dict(told)}, the shop packed {dict(packed)}")


def _inside(shipments: Sequence[Mapping[str, Any]]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for shipment in shipments:
        for line in shipment["lines"]:
            pieces[line["id"]] += line["quantity"]
    return pieces


def _carrier(order_id: str, told: Mapping[str, Any], parcel: Mapping[str, Any], ways: Ways) -> Iterator[Problem]:
    name = parcel["carrier"]
    wanted = ways.codes.get(name)
    by_name = wanted == "" and told["carrier_code"] is None and told["carrier_name"] == name
    if not (by_name or (wanted and told["carrier_code"] == wanted)):
        said = told["carrier_code"] or f"the name {told['carrier_name']}"
        yield Problem(
            OTHER, order_id, f"{name} was told as {said}, {f'it is {wanted}' if wanted else 'nobody said so'}"
        )


def _held_by(questions: Sequence[Question], order_id: str, number: str | None = None) -> str:
    """Why a parcel (None: any of the order) waits for a person, in words; empty when nobody was asked."""
    meant = (
        question.kind
        for question in questions
        if question.kind in HOLDS
        and (order_id in question.orders if number is None else (order_id, number) in question.parcels)
    )
    return next(meant, "").replace("_", " ")


def _last(shipment: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return shipment["trackings"][-1] if shipment["trackings"] else None


def _number(told: Mapping[str, Any] | None) -> str:
    return str(told["tracking_number"] or "") if told is not None else ""


def _named(parcels: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{parcel['carrier']} {parcel['number']}".strip() for parcel in parcels) or "it, without a number,"
