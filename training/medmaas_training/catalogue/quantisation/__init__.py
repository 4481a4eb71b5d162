"""A model in 8 or 4 bits: smaller, faster, and measured against itself.

graph.py quantises a graph, rows.py chooses what it is calibrated by and measured on, comparison.py
measures how far both are apart, version.py writes the new version and what no longer holds of it.
"""
