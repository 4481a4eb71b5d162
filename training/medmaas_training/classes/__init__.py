"""Classes from a table.

candidates.py are the estimators, and how one is chosen; metrics.py has the figures, evaluation.py
compares by them; study.py holds what differs by table.
"""
