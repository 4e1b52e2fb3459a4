"""Thousands of launches at once: their plan, their journal, and the batch that carries them out."""
