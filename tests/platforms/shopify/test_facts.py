"""What a product is to us: its number by place, its SKU letter by letter, and everything from the shop's file."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured, Refused, Unavailable, Unreadable
from mirakl_sync.platforms.shopify import looking
from mirakl_sync.platforms.shopify.facts import Catalogue, Ground, chosen_places, product_facts, quoted
from mirakl_sync.platforms.shopify.schemas import VARIANT, read
from mirakl_sync.platforms.shopify.settings import read_settings
from tests.platforms.drafts import draft, line
from tests.platforms.shopify.answers import level, page, variant
from tests.platforms.shopify.fakes import NOW, Door, asking, cost, exact

PLACES = {"gid://shopify/Location/1": "Madrid", "gid://shopify/Location/2": "Wien"}
GROUND = Ground(True, PLACES)
KNOWN = [
    {"id": "gid://shopify/Location/1", "name": "Madrid", "isActive": True, "fulfillsOnlineOrders": True},
    {"id": "gid://shopify/Location/2", "name": "Wien", "isActive": True, "fulfillsOnlineOrders": False},
    {"id": "gid://shopify/Location/3", "name": "Old shed", "isActive": False, "fulfillsOnlineOrders": True},
]
SHOP = {"data": {"shop": {"taxesIncluded": True}}, "extensions": cost()}


def seen(*rows, ground=GROUND):
    return product_facts("MUG", [read(VARIANT, exact(row), "variant") for row in rows], NOW, ground)


def test_a_number_is_what_is_available_at_the_places_for_sale():
    fact = seen(variant(levels={1: 7, 2: -2, 9: 50}))
    assert (fact.quantity, dict(fact.locations or {}), fact.in_stock) == (5, {"Madrid": 7, "Wien": -2}, True)
    assert (fact.product_id, fact.price, fact.price_includes_tax) == ("1/100", Decimal("19.95"), True)
    assert fact.categories == ("Cups", "Kitchen")
    assert fact.changed_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert (fact.observed_at, fact.dated_by_shop, fact.matches) == (NOW, False, 1)


def test_what_is_not_counted_has_no_number_and_is_there():
    row = variant(levels={1: 0})
    row["inventoryItem"]["tracked"] = False
    fact = seen(row)
    assert (fact.quantity, fact.locations, fact.in_stock, fact.backorders) == (None, None, True, False)


@pytest.mark.parametrize(
    ("policy", "pieces", "expected"),
    [("CONTINUE", 0, (True, True)), ("DENY", 0, (False, False)), ("NEW", 1, (True, False))],
)
def test_what_is_sold_on_without_stock_is_said(policy, pieces, expected):
    fact = seen(variant(levels={1: pieces}, inventoryPolicy=policy))
    assert (fact.in_stock, fact.backorders) == expected


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED", "UNLISTED", "SOMETHING_NEW"])
def test_only_active_products_are_sold(status):
    row = variant()
    row["product"]["status"] = status
    assert not seen(row).sellable


def test_a_place_that_never_had_any_has_none():
    fact = seen(variant(levels={}))
    assert (fact.quantity, dict(fact.locations or {})) == (0, {})


def test_a_sku_on_two_variants_and_on_none():
    assert seen(variant(), variant(number=2)).matches == 2
    nobody = seen()
    assert (nobody.matches, nobody.sellable, nobody.in_stock) == (0, False, False)


def test_without_a_choice_every_active_place_that_serves_the_shop_counts():
    assert chosen_places(KNOWN, read_settings({})) == {"gid://shopify/Location/1": "Madrid"}


@pytest.mark.parametrize("named", ["wien, Madrid", "2,1", " Wien ,1"])
def test_places_are_chosen_by_name_or_number(named):
    assert set(chosen_places(KNOWN, read_settings({"locations": named})).values()) == {"Madrid", "Wien"}


def test_a_place_the_shop_does_not_know_is_named():
    with pytest.raises(Misconfigured, match="Paris") as trouble:
        chosen_places(KNOWN, read_settings({"locations": "Madrid,Paris"}))
    assert "Wien" in trouble.value.way_out


@pytest.mark.parametrize(("value", "expected"), [("A-1", "'A-1'"), ("O'Neill", "'O\\'Neill'"), ("a\\b", "'a\\\\b'")])
def test_a_value_is_searched_letter_by_letter(value, expected):
    assert quoted(value) == expected


def test_the_search_does_not_care_for_case_and_we_do():
    rows = page(variant("MUG"), variant("mug", 2), variant("MUG", 3))
    door = Door({"data": {"productVariants": rows}, "extensions": cost()})
    found = Catalogue(asking(door), read_settings({})).variants(["MUG", "TEE", " "])
    assert {sku: [each.id[-1] for each in variants] for sku, variants in found.items()} == {"MUG": ["1", "3"]}
    assert door.asked[0][1]["query"] == "sku:'MUG' OR sku:'TEE'"


def test_many_skus_are_asked_for_twenty_at_a_time():
    door = Door({"data": {"productVariants": page()}, "extensions": cost()})
    Catalogue(asking(door), read_settings({})).variants([f"SKU-{number}" for number in range(45)])
    assert [variables["query"].count("sku:") for _, variables in door.asked] == [20, 20, 5]


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "unknown_sku"), ([variant(), variant(number=2)], "duplicate_sku"), ([variant("mug")], "unknown_sku")],
)
def test_a_line_without_exactly_one_product_is_refused_by_name(rows, code):
    door = Door({"data": {"productVariants": page(*rows)}, "extensions": cost()})
    with pytest.raises(Refused, match="MUG") as refusal:
        Catalogue(asking(door), read_settings({})).of_draft(draft(line(1, "MUG", "9.00")))
    assert refusal.value.code == code


def test_levels_beyond_a_page_are_asked_for():
    row = variant()
    row["inventoryItem"]["inventoryLevels"]["pageInfo"]["hasNextPage"] = True
    door = Door({"data": {"inventoryItem": {"page": page(level(1, 3), level(2, 4))}}, "extensions": cost()})
    assert [each.available for each in Catalogue(asking(door), read_settings({})).variant(row).levels] == [3, 4]


# The file


def bulk_lines(*variants):
    for row in variants:
        levels = row["inventoryItem"].pop("inventoryLevels")["nodes"]
        yield row
        yield from ({**each, "__parentId": row["id"]} for each in levels)


def as_file(*rows) -> io.BytesIO:
    return io.BytesIO("\n".join(json.dumps(row) for row in rows).encode() + b"\n\n")


def test_the_file_tells_each_variant_with_the_levels_behind_it():
    file = as_file(*bulk_lines(variant("MUG", 1, {1: 7, 2: 3}), variant("TEE", 2, {}), variant("BOOK", 3, {2: 1})))
    found = [(each.sku, [level.available for level in each.levels]) for each in looking.read_file(file)]
    assert found == [("MUG", [7, 3]), ("TEE", []), ("BOOK", [1])]


def test_levels_may_name_the_inventory_item_as_their_parent():
    (row, at) = bulk_lines(variant("MUG", 1, {1: 7}))
    at["__parentId"] = "gid://shopify/InventoryItem/100"
    assert [len(each.levels) for each in looking.read_file(as_file(row, at))] == [1]


@pytest.mark.parametrize(
    "file",
    [
        as_file({**level(1, 7), "__parentId": "gid://shopify/ProductVariant/1"}),
        as_file(*bulk_lines(variant("MUG", 1, {})), {**level(1, 7), "__parentId": "gid://shopify/ProductVariant/9"}),
        io.BytesIO(b'{"id": "gid://sho'),
        io.BytesIO(b"[1]\n"),
        as_file({"id": "gid://shopify/ProductVariant/1", "sku": "MUG"}),
    ],
)
def test_a_file_that_would_lose_a_number_is_unreadable(file):
    with pytest.raises(Unreadable):
        list(looking.read_file(file))


class FileDoor(Door):
    """A shop that writes a file."""

    def __init__(self, *states, file: bytes = b"") -> None:
        bulks = [{"id": "gid://shopify/BulkOperation/1", "errorCode": None, **state} for state in states]
        first = {"data": {"bulkOperationRunQuery": {"bulkOperation": bulks[0], "userErrors": []}}}
        super().__init__(
            SHOP,
            {"data": {"page": page(*KNOWN)}},
            first,
            *({"data": {"bulkOperation": each}} for each in bulks[1:]),
            {"data": {"productVariants": page(variant("PAGED"))}},
        )
        self.file = file

    def download(self, operation, url, to, **_):
        assert url == "https://files.example/1"
        to.write(self.file)


DONE = {"status": "COMPLETED", "url": "https://files.example/1", "objectCount": "2"}


def look(door, slept=None, **settings):
    return list(looking.levels(Catalogue(asking(door, slept), read_settings(settings))))


def test_the_full_look_waits_for_the_file_and_reads_it():
    slept: list[float] = []
    file = as_file(*bulk_lines(variant("MUG", 1, {1: 7}), variant("MUG", 2, {1: 1}), variant("", 3, {}))).getvalue()
    door = FileDoor({"status": "CREATED"}, {"status": "RUNNING"}, DONE, file=file)
    assert [(fact.sku, fact.quantity, fact.matches) for fact in look(door, slept)] == [("MUG", 7, 1), ("MUG", 1, 2)]
    assert slept == [0.5, 1.0]


def test_an_empty_shop_has_no_file():
    assert look(FileDoor({"status": "CREATED"}, {"status": "COMPLETED", "url": None, "objectCount": "0"})) == []


def test_a_file_nobody_says_the_place_of_is_no_empty_shop():
    with pytest.raises(Unavailable):
        look(FileDoor({"status": "CREATED"}, {"status": "COMPLETED", "url": None, "objectCount": "5"}))


@pytest.mark.parametrize(
    "states",
    [
        [{"status": "CREATED"}, {"status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR"}],
        [{"status": "EXPIRED"}],
        [{"status": "CREATED"}, {"status": "CANCELED"}],
    ],
)
def test_where_the_file_fails_its_pages_are_read(states):
    assert [fact.sku for fact in look(FileDoor(*states))] == ["PAGED"]


def test_where_the_shop_is_busy_with_other_files_its_pages_are_read():
    errors = [{"field": None, "message": "already running", "code": "OPERATION_IN_PROGRESS"}]
    busy = {"data": {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": errors}}}
    door = Door(SHOP, {"data": {"page": page(*KNOWN)}}, busy, {"data": {"productVariants": page(variant("PAGED"))}})
    assert [fact.sku for fact in look(door)] == ["PAGED"]


def test_pages_may_be_chosen():
    door = Door(SHOP, {"data": {"page": page(*KNOWN)}}, {"data": {"productVariants": page(variant("PAGED"))}})
    assert [fact.sku for fact in look(door, full_look="pages")] == ["PAGED"]
    assert "LookAtEverything" not in door.names()


def test_a_file_that_takes_for_ever_is_not_waited_for():
    slept: list[float] = []
    door = FileDoor({"status": "RUNNING"}, {"status": "RUNNING"})
    door.answers = [*door.answers[:3], *[door.answers[3]] * 400, door.answers[-1]]

    class Patient(Door):
        def call(self, operation, method, path, *, json=None, **_):
            self.answers = (
                [{"data": {"productVariants": page()}}] if json["operationName"] == "Variants" else self.answers
            )
            return super().call(operation, method, path, json=json)

    patient = Patient(*door.answers)
    assert look(patient, slept) == []
    assert 900 <= sum(slept) < 910
