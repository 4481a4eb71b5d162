"""Classes from a table.

candidates.py are the estimators, and how one is chosen; metrics.py measures them; study.py holds
what differs by table.
"""
