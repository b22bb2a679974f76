"""The columns of the tables a client can write or filter, with their types and lengths (reference 2, 5.3)."""

from __future__ import annotations

NUMBER, INTEGER, TEXT, DATE = "number", "integer", "text", "date"

Columns = dict[str, str]


def names(text: str) -> tuple[str, ...]:
    """A list of names as it is written on paper."""
    return tuple(text.split())


def _columns(number: str = "", integer: str = "", text: str = "", date: str = "") -> Columns:
    named = ((NUMBER, number), (INTEGER, integer), (TEXT, text), (DATE, date))
    return {name: kind for kind, listed in named for name in listed.split()}


ORDER = _columns(
    number="""
        adjustment_negative adjustment_positive base_adjustment_negative base_adjustment_positive
        base_discount_amount base_discount_canceled base_discount_invoiced base_discount_refunded
        base_discount_tax_compensation_amount base_discount_tax_compensation_invoiced
        base_discount_tax_compensation_refunded base_grand_total base_shipping_amount base_shipping_canceled
        base_shipping_discount_amount base_shipping_discount_tax_compensation_amnt base_shipping_incl_tax
        base_shipping_invoiced base_shipping_refunded base_shipping_tax_amount base_shipping_tax_refunded
        base_subtotal base_subtotal_canceled base_subtotal_incl_tax base_subtotal_invoiced
        base_subtotal_refunded base_tax_amount base_tax_canceled base_tax_invoiced base_tax_refunded
        base_to_global_rate base_to_order_rate base_total_canceled base_total_due base_total_invoiced
        base_total_invoiced_cost base_total_offline_refunded base_total_online_refunded base_total_paid
        base_total_qty_ordered base_total_refunded discount_amount discount_canceled discount_invoiced
        discount_refunded discount_tax_compensation_amount discount_tax_compensation_invoiced
        discount_tax_compensation_refunded grand_total payment_authorization_amount shipping_amount
        shipping_canceled shipping_discount_amount shipping_discount_tax_compensation_amount shipping_incl_tax
        shipping_invoiced shipping_refunded shipping_tax_amount shipping_tax_refunded store_to_base_rate
        store_to_order_rate subtotal subtotal_canceled subtotal_incl_tax subtotal_invoiced subtotal_refunded
        tax_amount tax_canceled tax_invoiced tax_refunded total_canceled total_due total_invoiced
        total_offline_refunded total_online_refunded total_paid total_qty_ordered total_refunded weight
    """,
    integer="""
        billing_address_id can_ship_partially can_ship_partially_item customer_gender customer_group_id
        customer_id customer_is_guest customer_note_notify edit_increment email_sent entity_id
        forced_shipment_with_invoice is_virtual payment_auth_expiration quote_address_id quote_id store_id
        total_item_count
    """,
    text="""
        applied_rule_ids base_currency_code coupon_code customer_email customer_firstname customer_lastname
        customer_middlename customer_note customer_prefix customer_suffix customer_taxvat discount_description
        ext_customer_id ext_order_id global_currency_code hold_before_state hold_before_status increment_id
        order_currency_code original_increment_id protect_code relation_child_id relation_child_real_id
        relation_parent_id relation_parent_real_id remote_ip shipping_description state status
        store_currency_code store_name x_forwarded_for
    """,
    date="created_at customer_dob updated_at",
)

ITEM = _columns(
    number="""
        amount_refunded base_amount_refunded base_cost base_discount_amount base_discount_invoiced
        base_discount_refunded base_discount_tax_compensation_amount base_discount_tax_compensation_invoiced
        base_discount_tax_compensation_refunded base_original_price base_price base_price_incl_tax
        base_row_invoiced base_row_total base_row_total_incl_tax base_tax_amount base_tax_before_discount
        base_tax_invoiced base_tax_refunded base_weee_tax_applied_amount base_weee_tax_applied_row_amnt
        base_weee_tax_disposition base_weee_tax_row_disposition discount_amount discount_invoiced
        discount_percent discount_refunded discount_tax_compensation_amount discount_tax_compensation_canceled
        discount_tax_compensation_invoiced discount_tax_compensation_refunded original_price price
        price_incl_tax qty_backordered qty_canceled qty_invoiced qty_ordered qty_refunded qty_returned
        qty_shipped row_invoiced row_total row_total_incl_tax row_weight tax_amount tax_before_discount
        tax_canceled tax_invoiced tax_percent tax_refunded weee_tax_applied_amount weee_tax_applied_row_amount
        weee_tax_disposition weee_tax_row_disposition weight
    """,
    integer="""
        event_id free_shipping is_qty_decimal is_virtual item_id locked_do_invoice locked_do_ship no_discount
        order_id parent_item_id product_id quote_item_id store_id
    """,
    text="""
        additional_data applied_rule_ids description ext_order_item_id name product_type sku weee_tax_applied
    """,
    date="created_at updated_at",
)

PAYMENT = _columns(
    number="""
        amount_authorized amount_canceled amount_ordered amount_paid amount_refunded base_amount_authorized
        base_amount_canceled base_amount_ordered base_amount_paid base_amount_paid_online base_amount_refunded
        base_amount_refunded_online base_shipping_amount base_shipping_captured base_shipping_refunded
        shipping_amount shipping_captured shipping_refunded
    """,
    integer="entity_id parent_id quote_payment_id",
    text="""
        account_status additional_data address_status anet_trans_method cc_approval cc_avs_status cc_cid_status
        cc_debug_request_body cc_debug_response_body cc_debug_response_serialized cc_exp_month cc_exp_year
        cc_last4 cc_number_enc cc_owner cc_secure_verify cc_ss_issue cc_ss_start_month cc_ss_start_year
        cc_status cc_status_description cc_trans_id cc_type echeck_account_name echeck_account_type
        echeck_bank_name echeck_routing_number echeck_type last_trans_id method po_number protection_eligibility
    """,
)

ADDRESS = _columns(
    integer="customer_address_id customer_id entity_id parent_id region_id vat_is_valid vat_request_success",
    text="""
        address_type city company country_id email fax firstname lastname middlename postcode prefix region
        region_code suffix telephone vat_id vat_request_date vat_request_id
    """,
)

HISTORY = _columns(
    integer="entity_id is_customer_notified is_visible_on_front parent_id",
    text="comment entity_name status",
    date="created_at",
)

SHIPMENT = _columns(
    number="total_qty total_weight",
    integer="""
        billing_address_id customer_id email_sent entity_id order_id shipment_status shipping_address_id
        store_id
    """,
    text="increment_id shipping_label",
    date="created_at updated_at",
)

TRACK = _columns(
    number="qty weight",
    integer="entity_id order_id parent_id",
    text="carrier_code description title track_number",
    date="created_at updated_at",
)

CREDITMEMO = _columns(
    number="""
        adjustment adjustment_negative adjustment_positive base_adjustment base_adjustment_negative
        base_adjustment_positive base_discount_amount base_discount_tax_compensation_amount base_grand_total
        base_shipping_amount base_shipping_discount_tax_compensation_amnt base_shipping_incl_tax
        base_shipping_tax_amount base_subtotal base_subtotal_incl_tax base_tax_amount base_to_global_rate
        base_to_order_rate discount_amount discount_tax_compensation_amount grand_total shipping_amount
        shipping_discount_tax_compensation_amount shipping_incl_tax shipping_tax_amount store_to_base_rate
        store_to_order_rate subtotal subtotal_incl_tax tax_amount
    """,
    integer="""
        billing_address_id creditmemo_status email_sent entity_id invoice_id order_id shipping_address_id state
        store_id
    """,
    text="""
        base_currency_code discount_description global_currency_code increment_id order_currency_code
        store_currency_code transaction_id
    """,
    date="created_at updated_at",
)

INVOICE = _columns(
    number="""
        base_discount_amount base_discount_tax_compensation_amount base_grand_total base_shipping_amount
        base_shipping_discount_tax_compensation_amnt base_shipping_incl_tax base_shipping_tax_amount
        base_subtotal base_subtotal_incl_tax base_tax_amount base_to_global_rate base_to_order_rate
        base_total_refunded discount_amount discount_tax_compensation_amount grand_total shipping_amount
        shipping_discount_tax_compensation_amount shipping_incl_tax shipping_tax_amount store_to_base_rate
        store_to_order_rate subtotal subtotal_incl_tax tax_amount total_qty
    """,
    integer="""
        billing_address_id can_void_flag email_sent entity_id is_used_for_refund order_id shipping_address_id
        state store_id
    """,
    text="""
        base_currency_code discount_description global_currency_code increment_id order_currency_code
        store_currency_code transaction_id
    """,
    date="created_at updated_at",
)
LENGTHS = {
    "increment_id": 50,
    "ext_order_id": 32,
    "ext_customer_id": 32,
    "state": 32,
    "status": 32,
    "customer_email": 128,
    "customer_firstname": 128,
    "customer_lastname": 128,
    "shipping_description": 255,
    "ext_order_item_id": 255,
    "sku": 255,
    "name": 255,
    "product_type": 255,
    "firstname": 255,
    "lastname": 255,
    "city": 255,
    "postcode": 255,
    "telephone": 255,
    "region": 255,
    "email": 255,
    "country_id": 2,
    "method": 128,
    "po_number": 32,
    "carrier_code": 32,
    "title": 255,
}
"""What is longer is cut without a word: the shop's connection has MySQL's strict mode off."""
