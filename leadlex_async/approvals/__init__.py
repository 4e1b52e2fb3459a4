"""Launching campaigns: start once, wait for a person's decision, survive what may happen in between."""
