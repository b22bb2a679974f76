"""What we ask Shopify, as GraphQL documents: one operation each, checked against the published schema by the tests."""
