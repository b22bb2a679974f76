"""Shopify, through its Admin GraphQL API."""
