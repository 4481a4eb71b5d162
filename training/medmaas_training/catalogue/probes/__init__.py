"""Rows that are made to find where a graph breaks: nobody's, drawn by a seed.

- made.py is what such rows are, and how they are written in a sentence.
- `inputs/` makes them, <kind>.py of a kind: missing values, choices, ends of ranges, what lies
  between the rows given, pictures of one shade, the shortest and the longest text.
- trees.py reads the thresholds of a graph, crossings.py finds the values of a feature at
  which they are crossed.
- alone.py holds a graph against what its output promises, where there is nothing to compare with.
- neighbours.py asks whether the answer for a row depends on the rows beside it, operators.py names
  what it depends by.
"""
