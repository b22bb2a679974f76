"""Products and their numbers."""

from __future__ import annotations

from mirakl_sync.platforms.shopify.documents.document import Document

_LEVEL = 'id updatedAt location { id } quantities(names: ["available"]) { quantity }'
_VARIANT = """
  id sku price updatedAt inventoryPolicy
  product { id status productType tags }
"""
VARIANT = f"""
fragment Variant on ProductVariant {{
  {_VARIANT}
  inventoryItem {{
    id tracked requiresShipping
    inventoryLevels(first: 8) {{ nodes {{ {_LEVEL} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}
"""

# Each product is about thirty objects, and a request may cost no more than a thousand.
PAGE = 25
VARIANTS = Document(
    "productVariants",
    f"""query Variants($first: Int!, $after: String, $query: String) {{
      productVariants(first: $first, after: $after, query: $query) {{
        nodes {{ ...Variant }} pageInfo {{ hasNextPage endCursor }}
      }}
    }} {VARIANT}""",
)
MORE_LEVELS = Document(
    "inventoryItem",
    f"""query MoreLevels($id: ID!, $after: String) {{
      inventoryItem(id: $id) {{
        page: inventoryLevels(first: 50, after: $after) {{ nodes {{ {_LEVEL} }} pageInfo {{ hasNextPage endCursor }} }}
      }}
    }}""",
)
CHANGED_LEVELS = Document(
    "location",
    """query ChangedLevels($id: ID!, $after: String, $query: String) {
      location(id: $id) {
        page: inventoryLevels(first: 200, after: $after, query: $query) {
          nodes { updatedAt item { id sku } } pageInfo { hasNextPage endCursor }
        }
      }
    }""",
)
CHANGED_VARIANTS = Document(
    "productVariants",
    """query ChangedVariants($after: String, $query: String) {
      page: productVariants(first: 200, after: $after, query: $query) {
        nodes { sku updatedAt } pageInfo { hasNextPage endCursor }
      }
    }""",
)

# The text of a bulk operation: lists without sizes, at most five connections, two deep.
EVERYTHING = f"""
{{ productVariants {{ edges {{ node {{
  {_VARIANT}
  inventoryItem {{ id tracked requiresShipping inventoryLevels {{ edges {{ node {{ {_LEVEL} }} }} }} }}
}} }} }} }}
"""
RUN_BULK = Document(
    "bulkOperationRunQuery",
    """mutation LookAtEverything($query: String!) {
      bulkOperationRunQuery(query: $query, groupObjects: true) {
        bulkOperation { id status } userErrors { field message code }
      }
    }""",
)
LOOK_AT_BULK = Document(
    "bulkOperation",
    "query LookAtBulk($id: ID!) { bulkOperation(id: $id) { id status errorCode url objectCount } }",
)

DOCUMENTS = (VARIANTS, MORE_LEVELS, CHANGED_LEVELS, CHANGED_VARIANTS, RUN_BULK, LOOK_AT_BULK)
