"""The ground: words every package uses. No torch, no network, no import from a floor above."""
