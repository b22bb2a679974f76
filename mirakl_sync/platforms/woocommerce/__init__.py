"""WooCommerce (REST v3, 8.2 and later). README.md is for the person who connects a shop."""
