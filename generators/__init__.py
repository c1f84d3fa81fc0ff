"""Scenarios, payloads, requests in plain words, and named faults; certified by validators."""
