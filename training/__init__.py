"""Rows on disk to an adapter on disk: recipes, SFT, DPO."""
