"""What we send, and what WooCommerce makes of it: pure arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.woocommerce.amounts import SHIPPING, gross_amounts, net_amounts
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.platforms.woocommerce.tax import Place, Rate, Rounding, Sale, TaxRules, gross_of, solve, tax_on
from mirakl_sync.records.shop import CommissionShape
from tests.platforms.drafts import MADRID, WIEN, addressed, draft, line

UP, DOWN = Rounding(half_down=False), Rounding(half_down=True)
RATES = tuple(Rate(n, Decimal(p)) for n, p in enumerate(["0", "4", "5.5", "7", "8.1", "10", "19", "20", "21", "25"]))
SPAIN = TaxRules(
    rates=(
        Rate(1, Decimal(21), country="ES"),
        Rate(2, Decimal(10), "reduced-rate", country="ES"),
        Rate(3, Decimal(20), country="AT"),
    ),
    shop=Place("ES", "M"),
)


@pytest.mark.parametrize(
    ("net", "rounding", "tax"),
    [
        ("16.487603", UP, "3.46"),
        ("16.625", UP, "3.33"),
        ("16.625", DOWN, "3.32"),
        ("0", UP, "0.00"),
    ],
)
def test_a_tax_is_rounded_as_the_shop_rounds(net, rounding, tax):
    rate = Decimal(20) if net == "16.625" else Decimal(21)
    assert tax_on(Decimal(net), (Rate(1, rate),), rounding) == Decimal(tax)


def test_compound_rates_come_on_top():
    rates = (Rate(1, Decimal(5)), Rate(2, Decimal("9.975"), priority=2, compound=True))
    assert tax_on(Decimal(100), rates, UP) == Decimal("15.47")


def test_a_gross_no_line_can_reach_takes_a_fee_of_a_cent():
    """19.95 at 20 % with halves up: 16.62 + 3.32 = 19.94 and 16.63 + 3.33 = 19.96."""
    sale = Sale("L1", Decimal("19.95"), None, (Rate(1, Decimal(20)),))
    nets = solve([sale], UP)
    assert gross_of(nets.amounts["L1"], sale.rates, UP) == Decimal("19.94")
    assert nets.fee == Decimal("0.01")
    assert solve([sale], DOWN).fee == 0


def test_the_cent_moves_to_another_line_before_it_becomes_a_fee():
    rate = (Rate(1, Decimal(20)),)
    sales = [Sale("L1", Decimal("19.95"), None, rate), Sale("L2", Decimal("12.00"), None, rate)]
    nets = solve(sales, UP)
    assert nets.fee == 0
    assert sum(gross_of(nets.amounts[sale.key], rate, UP) for sale in sales) == Decimal("31.95")


money = st.decimals("0.00", "9999.99", places=2)


@given(st.lists(st.tuples(money, st.sampled_from(RATES)), min_size=1, max_size=5), st.booleans())
def test_the_shop_always_arrives_at_the_gross(parts, half_down):
    rounding = Rounding(half_down=half_down)
    sales = [Sale(str(n), gross, None, (rate,)) for n, (gross, rate) in enumerate(parts)]
    nets = solve(sales, rounding)
    reached = sum(gross_of(nets.amounts[sale.key], sale.rates, rounding) for sale in sales)
    assert reached + nets.fee == sum(gross for gross, _ in parts)
    assert nets.fee in (Decimal(0), Decimal("0.01"))


@given(money, st.sampled_from(RATES))
def test_the_tax_is_the_one_that_was_sold_where_the_rate_is_the_shops(net, rate):
    tax = tax_on(net, (rate,), UP)
    nets = solve([Sale("L1", net + tax, tax, (rate,))], UP)
    assert tax_on(nets.amounts["L1"], (rate,), UP) == tax


@pytest.mark.parametrize(
    ("place", "tax_class", "ids"),
    [
        (Place("ES", "M", "28001"), "", (1,)),
        (Place("ES", "CN", "35001"), "", (2,)),
        (Place("ES", "M", "28045"), "", (3,)),
        (Place("es", "m", "28099"), "standard", (3,)),
        (Place("ES", "M", "28001", "Getafe"), "", (4,)),
        (Place("PT"), "", (5,)),
        (Place("ES"), "reduced-rate", ()),
    ],
)
def test_the_most_exact_row_of_the_table_applies(place, tax_class, ids):
    rules = TaxRules(
        rates=(
            Rate(5, Decimal(0)),
            Rate(1, Decimal(21), country="ES"),
            Rate(2, Decimal(7), country="ES", state="CN"),
            Rate(3, Decimal(20), country="ES", postcodes=("28040...28050", "2809*")),
            Rate(4, Decimal(22), country="ES", cities=("GETAFE",)),
        )
    )
    assert tuple(rate.id for rate in rules.rates_for(tax_class, place)) == ids


def test_shipping_follows_the_lines_unless_the_shop_names_a_class():
    assert SPAIN.shipping_class_for(["reduced-rate"]) == "reduced-rate"
    assert SPAIN.shipping_class_for(["reduced-rate", ""]) == "standard"
    assert TaxRules(shipping_class="zero-rate").shipping_class_for([""]) == "zero-rate"


def test_a_class_is_named_only_where_the_products_own_taxes_otherwise():
    wanted = addressed(draft(line(1, "MUG", "12.10"), line(2, "BOOK", "11.00", "10"), line(3, "FOOD", "11.00", "10")))
    amounts = net_amounts(wanted, SPAIN, {"MUG": "", "BOOK": "", "FOOD": "reduced-rate"})
    assert [amounts.lines[key].tax_class for key in ("L1", "L2", "L3")] == [None, "reduced-rate", None]
    assert [amounts.lines[key].total for key in ("L1", "L2", "L3")] == [Decimal(10), Decimal(10), Decimal(10)]


def test_nothing_is_named_on_a_guess():
    amounts = net_amounts(addressed(draft(line(1, "MUG", "12.10", None))), SPAIN, {})
    assert amounts.lines["L1"].tax_class is None


@pytest.mark.parametrize(("address", "net"), [(MADRID, "10.00"), (WIEN, "10.083333"), (None, "10.00")])
def test_the_destination_decides_the_rate_and_home_does_without_one(address, net):
    wanted = draft(line(1, "MUG", "12.10", None))
    amounts = net_amounts(addressed(wanted, address) if address else wanted, SPAIN, {"MUG": ""})
    reached = gross_of(amounts.lines["L1"].total, (Rate(0, Decimal(20 if address is WIEN else 21)),), UP)
    assert reached == Decimal("12.10")
    assert amounts.rates["L1"] == ((3,) if address is WIEN else (1,))


def test_rates_the_shop_showed_are_believed_over_our_reading():
    wanted = addressed(draft(line(1, "MUG", "12.10", None)))
    amounts = net_amounts(wanted, SPAIN, {"MUG": ""}, applied={"L1": (2,), SHIPPING: (1,)})
    assert amounts.lines["L1"].total == Decimal("11.00")


def test_an_exempt_order_keeps_the_amounts_as_paid():
    amounts = gross_amounts(draft(), StoreSettings(taxes="exempt"))
    assert amounts.exempt
    assert (amounts.lines["L1"].total, amounts.shipping, amounts.total) == (
        Decimal("19.95"),
        Decimal("4.90"),
        Decimal("24.85"),
    )


def test_a_commission_as_a_line_leaves_the_sale_whole_and_the_total_net():
    amounts = gross_amounts(draft(shape=CommissionShape.LINE), StoreSettings())
    assert (amounts.commission, amounts.total, amounts.exempt) == (Decimal("2.50"), Decimal("22.35"), True)
    assert amounts.lines["L1"].total == Decimal("19.95")


def test_a_commission_as_a_discount_is_spread_to_the_last_cent():
    lines = (line(1, "MUG", "0.01"), line(2, "BOOK", "10.00"), line(3, "FOOD", "20.00"))
    amounts = gross_amounts(draft(*lines, shape=CommissionShape.DISCOUNT), StoreSettings())
    taken = [amounts.lines[each.line_id].subtotal - amounts.lines[each.line_id].total for each in lines]
    assert sum(taken) == Decimal("2.50")
    assert all(0 <= part <= each.gross for part, each in zip(taken, lines, strict=True))


def test_a_discount_above_the_goods_is_refused():
    with pytest.raises(Refused) as refusal:
        gross_amounts(draft(line(1, "MUG", "1.00"), shape=CommissionShape.DISCOUNT), StoreSettings())
    assert refusal.value.code == "commission_over_goods"
