"""Cross-field rules, one module per API."""
