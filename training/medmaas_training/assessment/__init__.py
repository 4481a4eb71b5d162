"""What is measured of a finished model, on the splits that its recipe brings.

- assess.py runs all of it; sections.py shows it in the report.
- `certainty/`: how sure the answers are, and when there is none.
- `reasons/`: what the answers rest on, and whether explanations are faithful.
- `inputs/` and `outputs/`: what of that depends on the kind, one file each.
- splits.py holds the splits, answers.py what the model answers, evaluated.py what came of it;
  resampling.py gives every figure its interval.
"""
