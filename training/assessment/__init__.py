"""What is measured of a finished model: how sure it is, what it rests on, when it abstains.

assess.py runs all of it; sections.py shows it in the report.

- The people: people.py and restudy.py draw the splits again, studied.py holds them, answers.py
  what the model answers, told.py what came of it, claims.py what a split shows.
- uncertainty.py: intervals.py by conformal.py, policy_bands.py for a policy, distance.py for
  tables, embedding.py for the rest, refusals.py, foreign.py and foreign_pictures.py (instances that
  no model should answer), selective.py (risk against coverage).
- Calibration: calibration.py, calibration_curve.py, recalibration.py.
- explanation.py: background.py (the average patient), sample.py, games.py, parts.py,
  importance.py, dependence.py; and whether it is faithful: agreement.py, ground_truth.py, paths.py,
  sanity.py.
- resampling.py gives every figure its interval.
"""
