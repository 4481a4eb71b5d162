"""Survival from a table: network, baselines, figures.

design.py holds what depends on the table; network.py is the network, baselines.py and cox.py its
rivals; metrics.py measures them, evaluation.py compares them; study.py holds what differs by table.
"""
