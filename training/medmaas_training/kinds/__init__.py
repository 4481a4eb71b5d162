"""What is said of a kind: in a card and a report, and where a graph does not fit it.

`inputs/` and `outputs/` have one file per kind.
"""
