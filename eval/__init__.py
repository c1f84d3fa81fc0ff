"""Engines, parsing, scorers, statistics: how good a model is, and how sure we are."""
