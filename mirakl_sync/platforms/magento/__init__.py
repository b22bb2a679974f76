"""Magento 2, Mage-OS and Adobe Commerce (REST V1, 2.4). README.md is for the person who connects a shop."""
