"""Survival from a table: network, baselines, figures, report."""
