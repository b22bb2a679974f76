"""What orders do to stock (reference 4.5): reduced once, given back on some ways out and not on others."""

from __future__ import annotations

from mirakl_sync.sandbox.stock_history import Change
from mirakl_sync.sandbox.woocommerce.model import LineItem, Order, Product
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.store import meta_value

REDUCES = {"processing", "completed", "on-hold"}
GIVES_BACK = {"cancelled", "pending"}
CHECKOUT = "checkout"
REDUCED = "_reduced_stock"
RESTOCKED = "_restock_refunded_items"
ITEM_META = "order item meta"


def stock_holder(shop: Shop, product: Product | None) -> Product | None:
    """The product whose quantity counts: itself, or the parent that manages it; None = not managed."""
    if product is None or not shop.settings.manage_stock:
        return None
    if product.manage_stock:
        return product
    parent = shop.store.products.rows.get(product.parent_id)
    return parent if parent and parent.manage_stock else None


def set_stock_status(product: Product) -> None:
    """Where stock is managed, the status follows the quantity and the backorder rule."""
    if not product.manage_stock:
        return
    if (product.stock or 0) > 0:
        product.stock_status = "instock"
    else:
        product.stock_status = "outofstock" if product.backorders == "no" else "onbackorder"


def shown_status(shop: Shop, product: Product) -> str:
    """`stock_status` as REST shows it: of a parent that does not count itself, the best of its variations."""
    rows = shop.store.products.rows
    if product.type != "variable" or product.manage_stock:
        holder = stock_holder(shop, product)
        return holder.stock_status if holder else product.stock_status
    states = {shown_status(shop, rows[number]) for number in product.variation_ids if number in rows}
    return next((state for state in ("instock", "onbackorder") if state in states), "outofstock")


def change_stock(shop: Shop, product: Product, difference: int, cause: str, order_id: int = 0) -> tuple[int, int]:
    """Moves a quantity, below zero too; answers (before, after)."""
    before = product.stock or 0
    product.stock = before + difference
    shop.history.note(product.id, Change(shop.clock.now(), before, product.stock, cause, order_id))
    set_stock_status(product)
    shop.save_product(product)
    return before, product.stock


def follow_status(shop: Shop, order: Order) -> None:
    """After a change of status: reduce once, or give back what was reduced."""
    if order.status in REDUCES and not order.stock_reduced:
        reduce_stock(shop, order)
    elif order.status in GIVES_BACK and order.stock_reduced:
        give_back(shop, order)


def reduce_stock(shop: Shop, order: Order) -> None:
    changes = []
    cause = "sale" if order.created_via == CHECKOUT else "order"
    for line in order.lines:
        _count_sales(shop, line, line.quantity)
        product = shop.store.products.rows.get(line.sold_id)
        holder = stock_holder(shop, product)
        if not holder or not product or meta_value(line.meta, REDUCED):
            continue
        before, after = change_stock(shop, holder, -line.quantity, cause, order.id)
        shop.store.set_meta(line.meta, ITEM_META, REDUCED, str(line.quantity))
        changes.append(f"{line.name} ({product.sku or product.id}) {before}→{after}")
    order.stock_reduced = True
    if changes:
        shop.add_note(order, f"Stock levels reduced: {', '.join(changes)}")


def give_back(shop: Shop, order: Order) -> None:
    changes = []
    for line in order.lines:
        _count_sales(shop, line, -line.quantity)
        product = shop.store.products.rows.get(line.sold_id)
        holder = stock_holder(shop, product)
        reduced = int(meta_value(line.meta, REDUCED, 0))
        if not holder or not product or not reduced:
            continue
        before, after = change_stock(shop, holder, reduced, "cancelled", order.id)
        shop.store.set_meta(line.meta, ITEM_META, REDUCED, None)
        changes.append(f"{line.name} ({product.sku or product.id}) {before}→{after}")
    order.stock_reduced = False
    if changes:
        shop.add_note(order, f"Stock levels increased: {', '.join(changes)}")


def adjust_line(shop: Shop, order: Order, line: LineItem, quantity: int) -> None:
    """A line changed or removed (quantity 0) after stock was reduced: the difference is booked."""
    holder = stock_holder(shop, shop.store.products.rows.get(line.sold_id))
    reduced = int(meta_value(line.meta, REDUCED, 0))
    if not order.stock_reduced or not holder or reduced == quantity:
        return
    before, after = change_stock(shop, holder, reduced - quantity, "adjusted", order.id)
    shop.store.set_meta(line.meta, ITEM_META, REDUCED, str(quantity))
    shop.add_note(order, f"Adjusted stock: {line.name} ({before}→{after})")


def restock_refunded(shop: Shop, order: Order, quantities: dict[int, int]) -> None:
    """`quantities`: order line id → refunded quantity. Only lines that were reduced come back."""
    for line in order.lines:
        quantity = quantities.get(line.id, 0)
        holder = stock_holder(shop, shop.store.products.rows.get(line.sold_id))
        reduced = int(meta_value(line.meta, REDUCED, 0))
        if not quantity or not holder or not reduced:
            continue
        before, after = change_stock(shop, holder, quantity, "refund", order.id)
        shop.store.set_meta(line.meta, ITEM_META, REDUCED, str(reduced - quantity))
        running = int(meta_value(line.meta, RESTOCKED, 0)) + quantity
        shop.store.set_meta(line.meta, ITEM_META, RESTOCKED, str(running))
        shop.add_note(order, f"Item #{line.sold_id} stock increased from {before} to {after}.")


def _count_sales(shop: Shop, line: LineItem, quantity: int) -> None:
    product = shop.store.products.rows.get(line.product_id)
    if product:
        product.total_sales += quantity
