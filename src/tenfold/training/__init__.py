"""Fit, evaluate and export."""
