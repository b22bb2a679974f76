"""What crosses the border to a commerce platform: products seen there, orders wanted there, orders found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from mirakl_sync.money import Money
from mirakl_sync.records.order import Address
from mirakl_sync.records.shipment import Parcel


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What the shop said about one SKU at ``observed_at``.

    ``quantity`` is None where the shop does not count stock; then ``in_stock`` alone speaks. ``matches`` is how many
    products carry the SKU: anything but 1 cannot be sold safely. ``product_id`` is the shop's id, of a variation
    ``parent/variation``. ``changed_at`` is when the shop says that it last changed. ``categories`` None: this answer
    does not tell them. ``locations`` are quantities by place of stock, None where the shop has one number.
    ``components`` are the SKU and pieces of each thing a bundle holds; ``quantity`` is then the bundle's own limit, if
    it has one. ``dated_by_shop``: ``observed_at`` is the shop's own time of change, to the second (webhooks); what is
    asked for is dated by our clock at the moment of asking.
    """

    sku: str
    observed_at: datetime
    matches: int = 1
    product_id: str = ""
    quantity: int | None = None
    in_stock: bool = True
    backorders: bool = False
    price: Decimal | None = None
    price_includes_tax: bool = True
    sellable: bool = True
    changed_at: datetime | None = None
    categories: tuple[str, ...] | None = None
    locations: Mapping[str, int] | None = None
    components: tuple[tuple[str, int], ...] = ()
    dated_by_shop: bool = False


@dataclass(frozen=True, slots=True)
class OrderReference:
    """Our key on the shop's order: marketplace, shop and Mirakl order id, found again by ``find_order``."""

    marketplace: str
    shop: str
    order_id: str

    def __str__(self) -> str:
        return f"{self.marketplace}/{self.shop}/{self.order_id}"

    @classmethod
    def parse(cls, text: str) -> OrderReference | None:
        """The reference of its own text; None for anything else."""
        parts = text.split("/", 2)
        return cls(*parts) if len(parts) == 3 and all(parts) else None


class CommissionShape(StrEnum):
    """How the marketplace's commission stands on the shop's order."""

    LINE = "line"
    DISCOUNT = "discount"
    ATTRIBUTE = "attribute"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Commission:
    """The commission to show: ``target`` is the attribute's name or the line's title."""

    shape: CommissionShape
    amount: Money
    target: str = "marketplace_commission"


@dataclass(frozen=True, slots=True)
class DraftTax:
    """A tax of the sale as the marketplace computed it; ``rate`` in percent where known."""

    code: str
    amount: Decimal
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to sell at exactly these amounts: ``gross`` with taxes, ``tax`` their sum, both for the whole quantity."""

    line_id: str
    sku: str
    title: str
    quantity: int
    gross: Decimal
    tax: Decimal
    taxes: tuple[DraftTax, ...] = ()
    commission: Decimal = Decimal(0)
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class DraftShipping:
    """The shipping charge of the whole order."""

    title: str
    gross: Decimal
    tax: Decimal
    taxes: tuple[DraftTax, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftCustomer:
    """Who the shop's order belongs to. ``generic`` orders all share one customer of the shop."""

    generic: bool
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    shop_customer_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """The order the shop shall hold, in neutral words; a platform only knows how to write it.

    ``total`` is what the buyer pays and what the shop's order must show to the cent. ``attributes`` are readable names
    and values staff shall see on the order (gross, commission, net, marketplace, deadline). ``paid`` is False for sales
    the marketplace has not been paid for. Addresses are None on a provisional order.
    """

    reference: OrderReference
    currency: str
    created_at: datetime
    lines: tuple[DraftLine, ...]
    shipping: DraftShipping
    total: Money
    customer: DraftCustomer
    commission: Commission
    billing: Address | None = None
    shipping_address: Address | None = None
    marketplace_title: str = ""
    paid: bool = True
    tax_exempt: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A line as the shop counts it: ``ordered`` at first, ``now`` after edits and refunds before sending.

    ``line_id`` is Mirakl's where the line still carries it; empty on what the shop's staff added.
    """

    shop_line_id: str
    sku: str
    ordered: int
    now: int
    line_id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """Money given back for a line: ``amount`` with taxes for all ``quantity`` pieces; None where nobody said whether
    they came back on the shelf. A quantity of 0 is money without goods."""

    shop_line_id: str
    sku: str
    quantity: int
    amount: Decimal
    line_id: str = ""
    restocked: bool | None = None


@dataclass(frozen=True, slots=True)
class ShopRefund:
    """A refund in the shop: ``amount`` is all of it, with taxes; ``shipping`` and ``adjustment`` (what belongs to no
    line, negative where a fee was kept back) are parts of it. An amount of zero is goods taken off without money."""

    refund_id: str
    amount: Money
    at: datetime | None = None
    lines: tuple[RefundedLine, ...] = ()
    shipping: Decimal = Decimal(0)
    adjustment: Decimal = Decimal(0)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlatformOrder:
    """An order as the shop holds it.

    ``live``: the warehouse may work on it. ``line_ids`` maps Mirakl line ids to the shop's line ids. ``left``: the shop
    says that everything has left the house; ``parcels`` are those it knows of, with or without that. ``lines`` and
    ``refunds`` are empty where the shop does not tell them.

    ``reserves``: the shop's own number contains this sale. Where it does not yet, ``felt_from`` says from when on it
    will, if anybody knows; else a later look at the order tells. ``never_felt``: it never will, not even when the goods
    are gone or the order is cancelled, so its pieces are taken off that number for good.
    """

    order_id: str
    number: str
    status: str
    total: Money | None = None
    live: bool = False
    canceled: bool = False
    reserves: bool = False
    felt_from: datetime | None = None
    never_felt: bool = False
    line_ids: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    modified_at: datetime | None = None
    reference: OrderReference | None = None
    left: bool = False
    parcels: tuple[Parcel, ...] = ()
    lines: tuple[ShopLine, ...] = ()
    refunds: tuple[ShopRefund, ...] = ()


class Sign(StrEnum):
    """What makes an order look like the heir of a cancelled one. The first two are proof, the others a guess."""

    # our reference, or one of our line ids, copied by the app that made it
    REFERENCE = "reference"
    # the shop's own word: it names the order it replaced
    REPLACES = "replaces"
    # its number is the old one with something behind it
    NUMBER = "number"
    # the same buyer and address, and half of the goods
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class Heir:
    """An order that may have taken the place of a cancelled one."""

    order: PlatformOrder
    sign: Sign
    made_at: datetime

    @property
    def certain(self) -> bool:
        """Nobody needs to be asked."""
        return self.sign in (Sign.REFERENCE, Sign.REPLACES)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the shop told us, by webhook or poll: look at ``kind`` number ``subject``.

    ``order`` or ``product`` carry what was told, when the notice had it. ``observed_at`` is the shop's modification
    time, which a poll goes on from.

    ``incomplete``: more changed than the notice tells. An order must be read; of a product (variations that share its
    number, what a bundle holds) every SKU must be asked for. A ``deleted`` product is told by its id alone. Either is
    about each SKU whose ``product_id`` is the subject or has it before or after the slash.
    """

    kind: NoticeKind
    subject: str
    observed_at: datetime
    order: PlatformOrder | None = None
    product: ProductFacts | None = None
    deleted: bool = False
    incomplete: bool = False


class NoticeKind(StrEnum):
    """What a notice is about."""

    ORDER = "order"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of a connection check: ``ok`` or what is wrong and how to mend it."""

    ok: bool
    subject: str
    sentence: str
    way_out: str = ""
    blocking: bool = False
