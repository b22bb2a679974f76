"""What we insist on in Mirakl's answers. Unknown fields pass by, null counts as absent, their names stay theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing, validates_schema

from mirakl_sync.mirakl import parts, values
from mirakl_sync.mirakl.states import TAX_MODES

_REQUIRED = "is missing"


class Value(fields.Field[Any]):
    """A value read by one function; null counts as absent. Shorter than marshmallow's own fields, and faster."""

    read: ClassVar[Any]
    absent: ClassVar[Any] = None

    def deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if value is None or value is missing:
            if self.required:
                raise ValidationError(_REQUIRED)
            return self.absent
        try:
            return type(self).read(value)
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


class Text(Value):
    read = staticmethod(values.text)
    absent = ""


class Name(Text):
    """A text that must say something: an id, a state, a currency."""

    @staticmethod
    def read(value: Any) -> str:
        spoken = values.text(value).strip()
        if not spoken:
            raise ValueError("is empty")
        return spoken


class TaxMode(Name):
    @staticmethod
    def read(value: Any) -> str:
        spoken = values.text(value)
        if spoken not in TAX_MODES:
            raise ValueError(f"is neither TAX_INCLUDED nor TAX_EXCLUDED but {spoken[:40]!r}")
        return spoken


class Amount(Value):
    read = staticmethod(values.amount)


class Count(Value):
    read = staticmethod(values.count)
    absent = 0


class Moment(Value):
    read = staticmethod(values.moment)


class Flag(Value):
    read = staticmethod(values.flag)

    def __init__(self, *, absent: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.absent = absent  # type: ignore[misc]  # per field here, per class elsewhere


class Inner(Text):
    """A text inside an object: ``{"code": "FR"}`` by its keys."""

    def __init__(self, *keys: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._keys = keys

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        for key in self._keys:
            if value is None or value is missing:
                break
            if not isinstance(value, Mapping):
                raise ValidationError("expected an object")
            value = value.get(key)
        return super().deserialize(value, *args, **kwargs)


class Taxes(Value):
    read = staticmethod(parts.taxes)
    absent = ()


class Place(Value):
    read = staticmethod(parts.address)


class Errors(Value):
    read = staticmethod(parts.errors)
    absent = ()


class Lenient(Schema):
    """Fields we do not know pass by."""

    class Meta:
        unknown = EXCLUDE


class LineSchema(Lenient):
    """A line of OR11. Amounts are for the whole quantity, after promotions."""

    line_id = Name(required=True, data_key="order_line_id")
    state = Name(required=True, data_key="order_line_state")
    sku = Name(required=True, data_key="offer_sku")
    quantity = Count(required=True)
    unit_price = Amount(required=True, data_key="price_unit")
    price = Amount(required=True)
    shipping_price = Amount(required=True)
    title = Text(data_key="product_title")
    index = Count(data_key="order_line_index")
    offer_id = Text()
    taxes = Taxes()
    shipping_taxes = Taxes()
    commission_fee = Amount()
    commission_taxes = Taxes()
    commission_vat = Amount()
    commission_rate_vat = Amount()
    total_commission = Amount()


class CustomerSchema(Lenient):
    customer_id = Text()
    first_name = Text(data_key="firstname")
    last_name = Text(data_key="lastname")
    locale = Text()
    billing = Place(data_key="billing_address")
    shipping = Place(data_key="shipping_address")


class Part(fields.Nested):
    """A nested object that may be null."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if value is None or value is missing:
            if self.required:
                raise ValidationError(_REQUIRED)
            return None
        return super().deserialize(value, *args, **kwargs)


class OrderSchema(Lenient):
    """An order of OR11, as far as we read it."""

    order_id = Name(required=True)
    state = Name(required=True, data_key="order_state")
    created_at = Moment(required=True, data_key="created_date")
    updated_at = Moment(required=True, data_key="last_updated_date")
    currency = Name(required=True, data_key="currency_iso_code")
    lines = Part(LineSchema(many=True), required=True, data_key="order_lines")
    price = Amount(required=True)
    shipping_price = Amount(required=True)
    total_price = Amount(required=True)
    customer = Part(CustomerSchema())
    notification_email = Text(data_key="customer_notification_email")
    commercial_id = Text()
    tax_mode = TaxMode(data_key="order_tax_mode")
    payment_workflow = Text()
    payment_type = Text()
    payment_type_old = Text(data_key="paymentType")
    acceptance_decided_at = Moment(data_key="acceptance_decision_date")
    debited_at = Moment(data_key="customer_debited_date")
    shipping_deadline = Moment()
    fulfillment_center = Inner("center", "code", data_key="fulfillment")
    channel = Inner("code")
    can_cancel = Flag()
    can_ship = Flag(data_key="can_shop_ship", absent=True)
    fully_refunded = Flag()
    total_commission = Amount()
    shipping_type_code = Text()
    shipping_type_label = Text()
    shipping_zone_code = Text()
    reference_for_seller = Inner("order_reference_for_seller", data_key="references")
    carrier_code = Text(data_key="shipping_carrier_code")
    carrier_name = Text(data_key="shipping_company")
    tracking_number = Text(data_key="shipping_tracking")
    tracking_url = Text(data_key="shipping_tracking_url")

    @validates_schema
    def lines_are_there_and_differ(self, data: Any, **_kwargs: Any) -> None:
        ids = [line["line_id"] for line in data["lines"]]
        if not ids:
            raise ValidationError("is empty", "order_lines")
        if len(set(ids)) != len(ids):
            raise ValidationError("two lines have the same order_line_id", "order_lines")


class AccountSchema(Lenient):
    """A01."""

    shop_id = Name(required=True)
    name = Text(data_key="shop_name")
    state = Name(required=True, data_key="shop_state")
    currency = Text(data_key="currency_iso_code")
    channels = fields.List(Text(), load_default=list, allow_none=True)


class _WorkflowSchema(Lenient):
    order_acceptance = Text()
    addresses_before_acceptance = Flag(data_key="shipping_and_billing_details_before_acceptance")


class _ShipmentSchema(Lenient):
    multi_shipment = Flag()


class _FeaturesSchema(Lenient):
    tax_mode = Text(data_key="order_tax_mode")
    alternative_carrier_forbidden = Flag(data_key="disable_seller_alternative_carrier")
    workflows = Part(_WorkflowSchema(), data_key="order_workflows")
    shipment = Part(_ShipmentSchema())


class ConfigurationSchema(Lenient):
    """PC01."""

    name = Text(data_key="platform_name")
    timezone = Text()
    features = Part(_FeaturesSchema(), required=True)


class ShippingTypeSchema(Lenient):
    """SH12."""

    code = Name(required=True)
    label = Text()
    standard_code = Text()
    click_and_collect = Flag()
    by_operator = Flag(data_key="delivery_by_operator")
    tracking_needed = Flag(data_key="mandatory_tracking")


class CarrierSchema(Lenient):
    """SH21."""

    code = Name(required=True)
    label = Text()
    standard_code = Text()
    tracking_url = Text()


class ReasonSchema(Lenient):
    """RE01."""

    code = Name(required=True)
    label = Text()
    type = Name(required=True)
    ours = Flag(data_key="is_shop_right")


class UpdatedOrderSchema(Lenient):
    """One order of OR04's answer; errors come inside the 200."""

    order_id = Text()
    errors = Errors()


class _TrackingSchema(Lenient):
    carrier_code = Text()
    carrier_name = Text()
    number = Text(data_key="tracking_number")
    url = Text(data_key="tracking_url")
    validity = Text(data_key="validity_status")


class ShipmentLineSchema(Lenient):
    """A line of ST01, ST11 or ST12. Without its id nobody knows what was shipped."""

    line_id = Name(required=True, data_key="order_line_id")
    quantity = Count(required=True)
    package_reference = Text()


class ShipmentSchema(Lenient):
    """A shipment of ST01 or ST11."""

    shipment_id = Name(required=True, data_key="id")
    order_id = Name(required=True)
    state = Text(data_key="status")
    lines = Part(ShipmentLineSchema(many=True), data_key="shipment_lines")
    tracking = Part(_TrackingSchema())
    created_at = Moment(data_key="created_date")
    updated_at = Moment(data_key="last_updated_date")


class OrderToShipSchema(Lenient):
    """An order of ST12."""

    order_id = Name(required=True)
    lines = Part(ShipmentLineSchema(many=True), required=True, data_key="shipment_lines")
    entered_at = Moment(data_key="shipping_date")
    ship_by = Moment(data_key="shipping_deadline")


class ShipmentOutcomeSchema(Lenient):
    """One entry of a list of successes or errors of ST01, ST06, ST23 or ST24; ST01's errors name only the order."""

    shipment_id = Text(data_key="id")
    order_id = Text()
    message = Text()


def loaded(schema: Schema, data: Any) -> Any:
    """What the schema reads out of ``data``; ``ValueError`` in words when it is not what we insist on.

    The words name field and fault: ``order_lines[0].price: is missing; currency_iso_code: is empty``.
    """
    try:
        return schema.load(data)
    except ValidationError as problem:
        raise ValueError("; ".join(_sentences(problem.messages, ""))) from None


def _sentences(found: Any, path: str) -> list[str]:
    if isinstance(found, dict):
        return [words for key, inner in found.items() for words in _sentences(inner, _deeper(path, key))]
    return [f"{path}: {words}" if path else str(words) for words in (found if isinstance(found, list) else [found])]


def _deeper(path: str, key: Any) -> str:
    if key == "_schema":
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)
