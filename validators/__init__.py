"""Pure checks of payloads: each yields issues and knows nothing of how a row was made."""
