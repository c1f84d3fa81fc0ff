"""Language models as authors: asking, remembering answers, proving what comes back."""
