"""Salesforce B2C Commerce (SFCC) as a store: orders by SCAPI, stock by inventory records or availability."""
