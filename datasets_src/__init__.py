"""From raw rows to a dataset one may publish: bundled data, filters, splits, builders, cards."""
