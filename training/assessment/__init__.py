"""What is measured of a finished model, on the splits that its recipe brings.

- assess.py runs all of it; sections.py shows it in the report.
- `certainty/`: how sure the answers are, and when there is none.
- `reasons/`: what the answers rest on, and whether explanations are faithful.
- splits.py holds the splits, answers.py what the model answers, told.py what came of it, claims.py
  what a split shows; resampling.py gives every figure its interval.
"""
