"""The story of an order, from everything that was written down about it, in the order it happened. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from mirakl_sync.cases.ledger import ASKED, CONFIRMED, REFUSED, UNKNOWN
from mirakl_sync.cases.story import EffectView, EntryView
from mirakl_sync.explain import outlook
from mirakl_sync.explain.evidence import AskedQuestion, Evidence, Notified
from mirakl_sync.explain.explanation import Explanation, Told
from mirakl_sync.explain.promises import promises
from mirakl_sync.explain.wording import CALLS, counted, sentence, span
from mirakl_sync.shipments.carrier_views import MappingView


def explain(known: Evidence, now: datetime) -> Explanation:
    """The whole explanation at ``now``."""
    row = known.order.row
    return Explanation(
        at=now,
        order_id=row.order_id,
        connection=row.connection,
        what=_what(known),
        stands=outlook.stands(known),
        turn=outlook.turn(known),
        promises=promises(known, now),
        story=_story(known),
        next=outlook.next_steps(known, now),
    )


def _what(known: Evidence) -> str:
    order, row = known.order, known.order.row
    lines = ", ".join(f"{line.quantity} × {line.sku}" for line in order.lines)
    current = next((shop for shop in order.shop_orders if shop.current), None)
    where = (
        f"order {current.number} in the shop {known.more.store}" if current else f"not in the shop {known.more.store}"
    )
    sale = f", part of the sale {order.commercial_id}" if order.commercial_id else ""
    return (
        f"Order {row.order_id} of {known.more.marketplace}{sale}: {lines or 'no lines'} for {row.gross:.2f} "
        f"{row.currency}; {where}."
    )


def _story(known: Evidence) -> tuple[Told, ...]:
    order = known.order
    told = [*_told(order.timeline, order.effects, "order")]
    for parcel in known.parcels:
        told += _told(parcel.timeline, parcel.effects, f"parcel {parcel.row.id}")
    questions = {each.id: each for each in known.questions}.values()
    asked = {_asked(each): f"question {each.id}" for each in questions}
    told = [replace(each, evidence=asked.get(each.sentence, each.evidence)) for each in told]
    said = {(each.at, each.sentence) for each in told}
    for question in questions:
        told += _question(question, said)
    told += [_webhook(each) for each in known.webhooks]
    # a word given while its parcels waited stands in their own stories
    told += [
        _mapping(each)
        for each in known.mappings
        if not any((x.at, x.who) == (each.made_at, each.made_by) for x in told)
    ]
    ranked = sorted(enumerate(told), key=lambda each: (each[1].at, each[1].about != "webhook", each[0]))
    return tuple(each for _, each in ranked)


def _told(entries: Sequence[EntryView], effects: Sequence[EffectView], about: str) -> Iterator[Told]:
    """The calls before what was written down of them at the same moment."""
    said = {entry.sentence for entry in entries}
    for effect in effects:
        theirs = f", their number {effect.their_id}" if effect.their_id else ""
        words = "" if effect.words in said else effect.words
        yield Told(effect.asked_at, "we", about, _call(effect, words), f"ledger {effect.key}{theirs}")
    for entry in entries:
        moved = (entry.from_state, entry.to_state)
        yield Told(entry.at, entry.who, about, sentence(entry.sentence), "timeline", *moved)


def _call(effect: EffectView, words: str) -> str:
    deed = CALLS.get(effect.kind, f"asked for: {effect.kind}")
    times = "" if effect.asks < 2 else f", asked {effect.asks} times"
    after = f" after {span(effect.answered_at - effect.asked_at)}" if effect.answered_at else ""
    came = {
        CONFIRMED: f"confirmed{after}",
        REFUSED: f"it was not done{after}",
        ASKED: "there is no answer yet",
        UNKNOWN: "no answer came, it may have happened",
    }[effect.state]
    return sentence(f"we {deed}{times}; {came}" + (f": {words}" if words else ""))


def _question(question: AskedQuestion, said: set[tuple[datetime, str]]) -> Iterator[Told]:
    """What its own story and the item say and the rows that waited for it do not."""
    about, evidence = question.subject, f"question {question.id}"
    if _asked(question) not in {words for _, words in said}:
        yield Told(question.opened_at, question.owner, about, _asked(question), evidence)
    for remark in question.remarks:
        yield Told(remark.at, remark.who, about, sentence(f"about question {question.id}: {remark.sentence}"), evidence)
    closed = question.closed_at
    if closed is None or any(remark.at == closed for remark in question.remarks):
        return
    told = not question.answer or (closed, sentence(question.answer)) in said
    words = f"question {question.id} is settled" + ("" if told else f": {question.answer}")
    yield Told(closed, question.closed_by, about, sentence(words), evidence)


def _asked(question: AskedQuestion) -> str:
    return sentence(f"asked: {question.question}")


def _webhook(each: Notified) -> Told:
    times = f", {counted(each.times, 'time')}" if each.times > 1 else ""
    came_to = each.outcome if each.digested_at else "not read yet"
    return Told(
        each.received_at,
        "shop",
        "webhook",
        sentence(f"a webhook came ({each.topic}{times}): {came_to}"),
        f"webhook {each.id}",
    )


def _mapping(each: MappingView) -> Told:
    target = each.carrier_code or f"“{each.carrier_name}” by its name"
    named = each.name or "none named"
    where = f" to {each.country}" if each.country else ""
    return Told(
        each.made_at,
        each.made_by,
        "carrier",
        sentence(f"said that the carrier “{named}”{where} is {target}"),
        "carrier mapping",
    )
