"""Simulations: many phones, bad lines, dying servers; what was shown as saved must be at the office."""
