"""The judge finds every broken promise, and none where all were kept."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.demo.findings import DOUBLED, LATE, LOST, OTHER, Question, Verdict, Ways
from mirakl_sync.demo.verdict import judge
from tests.demo.books import A_LINE, market, order, shop, shop_order, unanswered

NOBODY = shop()
PLACED = shop(shop_order())
WHOLE = Ways(codes={"UPS": "UPS"})
REFUSED = {"state": "REFUSED", "refused_by": "shop"}


def verdict(books: dict[str, Any], held: dict[str, Any], *questions: Question) -> Verdict:
    return judge({"nord": books}, held, questions, {"nord": WHOLE})


def asked(kind: str) -> Question:
    return Question(kind, "What now?", "operations", frozenset({"N-1-A"}))


def kinds(found: Verdict) -> list[str]:
    return [problem.kind for problem in found.problems]


def test_a_day_without_fault_is_held() -> None:
    found = verdict(market(order()), PLACED)
    assert found.held
    assert found.moving == 0
    (row,) = found.rows
    assert (row.seen, row.accepted, row.placed, row.refused, row.canceled, row.theirs) == (1, 1, 1, 0, 0, 0)
    assert (row.shipped, row.held.total()) == (1, 0)
    assert not row.waiting


@pytest.mark.parametrize(
    ("books", "held", "kind", "words"),
    [
        (order(), NOBODY, LOST, "it holds none"),
        (order(state="SHIPPED"), NOBODY, LOST, "SHIPPED"),
        (order(), shop(shop_order(status="cancelled")), LOST, "it holds none"),
        (order(), shop(shop_order(status="on-hold")), LOST, "order 11 is on-hold"),
        (order(), shop(shop_order(status="pending")), LOST, "order 11 is pending"),
        (order(), shop(shop_order(), shop_order(id=12, number="12")), DOUBLED, "orders 11, 12"),
        (order(acceptances=2), PLACED, DOUBLED, "accepted 2 times"),
        (order(acceptances=0), PLACED, OTHER, "0 of our acceptances"),
        (order(accepted_by="operator"), PLACED, OTHER, "accepted by operator, yet 1"),
        (unanswered("REFUSED", refused_by="timeout"), NOBODY, LATE, "12:01:30"),
        (order(**REFUSED), PLACED, OTHER, "alive in the shop as order 11"),
        (order(state="CANCELED", cancelled_by="payment"), PLACED, OTHER, "alive in the shop"),
        (order(), shop(shop_order(total="29.91")), OTHER, "the buyer paid 29.90 EUR, the shop says 29.91 EUR"),
        (order(), shop(shop_order(currency="SEK")), OTHER, "29.90 SEK"),
        (order(), shop(shop_order(lines=[{"sku": "MUG", "quantity": 1}])), OTHER, "sold {'MUG': 2}"),
        (order(), shop(shop_order(lines=[{"sku": None, "quantity": 2}])), OTHER, "the shop sends {'None': 2}"),
        (order(reference_for_seller=None), PLACED, OTHER, "knows it as None"),
        (order(reference_for_seller="9"), PLACED, OTHER, "knows it as 9"),
        (order(fulfillment_center="FC", answer_calls=0, accepted_by="operator", acceptances=0), PLACED, OTHER, "ful"),
        (unanswered(fulfillment_center="FC", answer_calls=1), NOBODY, OTHER, "the operator fulfils it"),
        (unanswered(), NOBODY, OTHER, "nobody was asked"),
        (unanswered("UNHEARD_OF"), NOBODY, OTHER, "UNHEARD_OF"),
    ],
)
def test_every_broken_promise_is_found_by_order(books: Any, held: Any, kind: str, words: str) -> None:
    found = verdict(market(books), held)
    assert not found.held
    assert kind in kinds(found)
    told = next(problem for problem in found.problems if problem.kind == kind)
    assert told.subject == "N-1-A"
    assert words in told.sentence()


def test_doubled_means_one_doubled_order_and_not_a_lost_one() -> None:
    found = verdict(market(order()), shop(shop_order(), shop_order(id=12, number="12")))
    assert kinds(found) == [DOUBLED]
    assert found.rows[0].problems == {DOUBLED: 1}


def test_lines_refused_by_us_are_not_paid_and_not_sent() -> None:
    refused = {**A_LINE, "id": "N-1-A-2", "sku": "RUG", "state": "REFUSED", "price": "199.00"}
    assert verdict(market(order(lines=[A_LINE, refused])), PLACED).held


def test_one_sku_on_two_lines_is_counted_together() -> None:
    lines = [{**A_LINE, "quantity": 1, "price": "12.50"}, {**A_LINE, "id": "2", "quantity": 1, "price": "7.60"}]
    assert verdict(market(order(lines=lines)), PLACED).held


@pytest.mark.parametrize(
    "books",
    [
        order(**REFUSED),
        unanswered(**REFUSED),
        unanswered("CANCELED", cancelled_by="fraud"),
        unanswered("REFUSED", refused_by="operator"),
        unanswered("STAGING"),
        order(state="WAITING_DEBIT_PAYMENT"),
        order(accepted_by="automatic", acceptances=0, state="WAITING_DEBIT"),
        order(fulfillment_center="FC", answer_calls=0, accepted_by="operator", acceptances=0),
    ],
)
def test_what_needs_no_order_in_the_shop_is_no_fault(books: Any) -> None:
    assert verdict(market(books), NOBODY).held


def test_waiting_orders_say_for_what() -> None:
    books = market(
        unanswered("STAGING", order_id="N-2-A"),
        order(state="WAITING_DEBIT", order_id="N-3-A"),
        unanswered(),
    )
    found = verdict(books, NOBODY, asked("unknown_sku"))
    assert found.held
    assert found.rows[0].waiting == {"the operator's checks": 1, "the payment": 1, "unknown sku": 1}
    assert found.rows[0].questions == 1
    assert found.moving == 2, "a question waits for a person, not for us"


@pytest.mark.parametrize("kind", ["unknown_sku", "creation_refused", "canceled_in_shop"])
def test_a_question_explains_a_sale_that_is_not_in_the_shop(kind: str) -> None:
    found = verdict(market(order()), NOBODY, asked(kind))
    assert found.held
    assert found.rows[0].waiting == {kind.replace("_", " "): 1}


@pytest.mark.parametrize("kind", ["acceptance_waiting", "acceptance_at_risk", "ship_by_near", "carrier_unmapped"])
def test_an_alarm_explains_nothing(kind: str) -> None:
    assert not verdict(market(unanswered()), NOBODY, asked(kind)).held


def test_a_question_about_another_order_explains_nothing() -> None:
    other = Question("unknown_sku", "?", "ecommerce", frozenset({"N-9-A"}))
    assert kinds(verdict(market(order()), NOBODY, other)) == [LOST]


def test_no_question_excuses_a_late_answer_or_a_double() -> None:
    late = market(unanswered("REFUSED", refused_by="timeout"))
    assert kinds(verdict(late, NOBODY, asked("unknown_sku"))) == [LATE]
    twice = shop(shop_order(), shop_order(id=12, number="12"))
    assert DOUBLED in kinds(verdict(market(order()), twice, asked("doubled_in_shop")))


def test_goods_on_their_way_after_the_end_are_explained_by_their_question_only() -> None:
    ended = market(order(state="CANCELED"))
    assert verdict(ended, shop(shop_order(status="completed")), asked("canceled_after_leaving")).held
    assert not verdict(ended, shop(shop_order(status="completed")), asked("unknown_sku")).held


@pytest.mark.parametrize("kind", ["misconfigured", "stuck", "feed_silent", "refused_look"])
def test_questions_about_ourselves_are_faults(kind: str) -> None:
    found = verdict(market(order()), PLACED, Question(kind, "It stands still."))
    assert [problem.words for problem in found.problems] == ["It stands still."]


def test_calls_over_the_published_limit_are_found() -> None:
    (told,) = verdict(market(order(), over_limit={"OR11": 2}), PLACED).problems
    assert told.sentence() == "broken: nord: OR11 was called 2 times sooner than allowed"


def test_an_order_no_marketplace_knows_is_found() -> None:
    (told,) = verdict(market(), PLACED).problems
    assert (told.kind, told.subject) == (OTHER, "2000/N-1-A")


def test_the_same_number_at_another_shop_is_another_order() -> None:
    found = verdict(market(order()), shop(shop_order(), reference="3100/N-1-A"))
    assert sorted(kinds(found)) == [LOST, OTHER]


@pytest.mark.parametrize(("template", "held"), [("customer_processing_order", False), ("new_order", True)])
def test_a_mail_to_the_buyer_is_found(template: str, held: bool) -> None:
    mail = {"to": "a@example.com", "template": template, "order": 11}
    assert verdict(market(order()), shop(shop_order(), mails=(mail,))).held is held


def test_the_shop_may_write_to_a_customer_of_its_own() -> None:
    mail = {"to": "a@example.com", "template": "customer_processing_order", "order": 12}
    own = shop_order(id=12, number="12", created_via="checkout")
    held = shop(shop_order(), mails=(mail,))
    held["orders"].append(own)
    assert verdict(market(order()), held).held
