"""Orders: read, searched, created, changed, cancelled."""

from __future__ import annotations

from mirakl_sync.platforms.shopify.documents.document import Document

NAMESPACE = "$app:mirakl"
ORDER_ID, CLAIMS, RELEASED = "order_id", "claims", "released"

_LINE = "id sku title quantity currentQuantity customAttributes { key value }"
_MONEY = "{ shopMoney { amount currencyCode } }"
_SENT = """
  id status createdAt updatedAt
  trackingInfo(first: 5) { company number url }
  fulfillmentLineItems(first: 10) { nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor } }
"""
# Names and addresses are protected data: asked for only where an heir is looked for, and done without where refused.
_BUYER = "email shippingAddress { lastName address1 zip city countryCodeV2 }"

# Sizes are chosen for requests below a quarter of what one request may cost, even where lists are multiplied.
ORDER = f"""
fragment Order on Order {{
  id name updatedAt cancelledAt taxesIncluded
  displayFinancialStatus displayFulfillmentStatus
  totalPriceSet {_MONEY}
  currentTotalPriceSet {_MONEY}
  customAttributes {{ key value }}
  reference: metafield(namespace: "{NAMESPACE}", key: "{ORDER_ID}") {{ value }}
  claims: metafield(namespace: "{NAMESPACE}", key: "{CLAIMS}") {{ value }}
  released: metafield(namespace: "{NAMESPACE}", key: "{RELEASED}") {{ value }}
  lineItems(first: 20) {{ nodes {{ {_LINE} }} pageInfo {{ hasNextPage endCursor }} }}
  fulfillmentOrders(first: 10) {{ nodes {{ id status fulfillmentHolds {{ id heldByRequestingApp }} }} }}
  fulfillments(first: 5) {{ {_SENT} }}
  refunds(first: 20) {{ id }}
}}
"""

READ = Document("order", f"query ReadOrder($id: ID!) {{ order(id: $id) {{ ...Order }} }} {ORDER}")
READ_MANY = Document("nodes", f"query ReadOrders($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...Order }} }} {ORDER}")

FIND = Document(
    "orderByIdentifier",
    f"""query FindOrder($value: String!) {{
      orderByIdentifier(identifier: {{customId: {{namespace: "{NAMESPACE}", key: "{ORDER_ID}", value: $value}}}}) {{
        ...Order
      }}
    }} {ORDER}""",
)
SEARCH = Document(
    "orders",
    f"query SearchOrders($query: String!) {{ orders(first: 4, query: $query) {{ nodes {{ ...Order }} }} }} {ORDER}",
)
CHANGED = Document(
    "orders",
    f"""query ChangedOrders($query: String!, $after: String) {{
      orders(first: 200, after: $after, query: $query, sortKey: UPDATED_AT) {{
        nodes {{
          id updatedAt customAttributes {{ key value }}
          reference: metafield(namespace: "{NAMESPACE}", key: "{ORDER_ID}") {{ value }}
        }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}""",
)
MADE_SINCE = Document(
    "orders",
    f"""query OrdersMadeSince($query: String!, $after: String) {{
      page: orders(first: 20, after: $after, query: $query, sortKey: CREATED_AT) {{
        nodes {{
          id name createdAt cancelledAt sourceIdentifier tags customAttributes {{ key value }}
          reference: metafield(namespace: "{NAMESPACE}", key: "{ORDER_ID}") {{ value }}
          lineItems(first: 20) {{ nodes {{ sku customAttributes {{ key value }} }} }}
        }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}""",
)
BUYERS = Document("nodes", f"query Buyers($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ id {_BUYER} }} }} }}")

# What a list of the order could not hold: the rest of it

MORE_LINES = Document(
    "order",
    f"""query MoreLines($id: ID!, $after: String) {{
      order(id: $id) {{
        page: lineItems(first: 100, after: $after) {{ nodes {{ {_LINE} }} pageInfo {{ hasNextPage endCursor }} }}
      }}
    }}""",
)
MORE_SENT = Document(
    "order", f"query MoreFulfillments($id: ID!) {{ order(id: $id) {{ fulfillments(first: 30) {{ {_SENT} }} }} }}"
)
MORE_INSIDE = Document(
    "node",
    """query MoreOfFulfillment($id: ID!, $after: String) {
      node(id: $id) { ... on Fulfillment {
        page: fulfillmentLineItems(first: 100, after: $after) {
          nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor }
        }
      } }
    }""",
)
_REFUNDED = f"""
  nodes {{ quantity restockType subtotalSet {_MONEY} totalTaxSet {_MONEY} lineItem {{ id sku }} }}
  pageInfo {{ hasNextPage endCursor }}
"""
REFUNDS = Document(
    "nodes",
    f"""query ReadRefunds($ids: [ID!]!) {{
      nodes(ids: $ids) {{ ... on Refund {{
        id createdAt note totalRefundedSet {_MONEY}
        refundLineItems(first: 10) {{ {_REFUNDED} }}
        refundShippingLines(first: 5) {{ nodes {{ subtotalAmountSet {_MONEY} taxAmountSet {_MONEY} }} }}
      }} }}
    }}""",
)
MORE_REFUNDED = Document(
    "node",
    f"""query MoreOfRefund($id: ID!, $after: String) {{
      node(id: $id) {{ ... on Refund {{ page: refundLineItems(first: 50, after: $after) {{ {_REFUNDED} }} }} }}
    }}""",
)

# Writes. Their own answer is kept small; what stands is read afterwards.

CREATE = Document(
    "orderCreate",
    f"""mutation CreateOrder($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {{
      orderCreate(order: $order, options: $options) {{
        order {{ ...Order }} userErrors {{ field message code }}
      }}
    }} {ORDER}""",
)
UPDATE = Document(
    "orderUpdate",
    """mutation UpdateOrder($input: OrderInput!) {
      orderUpdate(input: $input) { order { id } userErrors { field message } }
    }""",
)
MARK_AS_PAID = Document(
    "orderMarkAsPaid",
    """mutation MarkOrderAsPaid($input: OrderMarkAsPaidInput!) {
      orderMarkAsPaid(input: $input) { order { id } userErrors { field message } }
    }""",
)
HOLD = Document(
    "fulfillmentOrderHold",
    """mutation HoldFulfillment($id: ID!, $hold: FulfillmentOrderHoldInput!) {
      fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
        fulfillmentHold { id } userErrors { field message code }
      }
    }""",
)
RELEASE_HOLD = Document(
    "fulfillmentOrderReleaseHold",
    """mutation ReleaseFulfillment($id: ID!, $holds: [ID!]) {
      fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) {
        fulfillmentOrder { id status } userErrors { field message code }
      }
    }""",
)
CANCEL = Document(
    "orderCancel",
    """mutation CancelOrder($id: ID!, $restock: Boolean!, $note: String) {
      orderCancel(orderId: $id, reason: OTHER, restock: $restock, notifyCustomer: false,
                  refundMethod: {originalPaymentMethodsRefund: false}, staffNote: $note) {
        job { id done } orderCancelUserErrors { field message code }
      }
    }""",
)
JOB = Document("job", "query LookAtJob($id: ID!) { job(id: $id) { id done } }")
EDIT = Document(
    "orderEditBegin",
    """mutation BeginEdit($id: ID!) {
      orderEditBegin(id: $id) {
        calculatedOrder { id lineItems(first: 100) { nodes { id quantity customAttributes { key value } } } }
        userErrors { field message }
      }
    }""",
)
SET_QUANTITY = Document(
    "orderEditSetQuantity",
    """mutation SetQuantity($id: ID!, $line: ID!, $quantity: Int!) {
      orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) {
        calculatedLineItem { id quantity } userErrors { field message }
      }
    }""",
)
COMMIT_EDIT = Document(
    "orderEditCommit",
    """mutation CommitEdit($id: ID!, $note: String) {
      orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) { order { id } userErrors { field message } }
    }""",
)
ADD_TAGS = Document(
    "tagsAdd",
    """mutation AddTags($id: ID!, $tags: [String!]!) {
      tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } }
    }""",
)
SET_METAFIELDS = Document(
    "metafieldsSet",
    """mutation SetMetafields($metafields: [MetafieldsSetInput!]!) {
      metafieldsSet(metafields: $metafields) { metafields { id } userErrors { field message code } }
    }""",
)
DELETE_METAFIELDS = Document(
    "metafieldsDelete",
    """mutation DeleteMetafields($metafields: [MetafieldIdentifierInput!]!) {
      metafieldsDelete(metafields: $metafields) { deletedMetafields { key } userErrors { field message } }
    }""",
)

DOCUMENTS = (
    READ,
    READ_MANY,
    FIND,
    SEARCH,
    CHANGED,
    MADE_SINCE,
    BUYERS,
    MORE_LINES,
    MORE_SENT,
    MORE_INSIDE,
    REFUNDS,
    MORE_REFUNDED,
    CREATE,
    UPDATE,
    MARK_AS_PAID,
    HOLD,
    RELEASE_HOLD,
    CANCEL,
    JOB,
    EDIT,
    SET_QUANTITY,
    COMMIT_EDIT,
    ADD_TAGS,
    SET_METAFIELDS,
    DELETE_METAFIELDS,
)
