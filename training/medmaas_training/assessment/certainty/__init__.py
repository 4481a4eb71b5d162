"""How sure a finished model is, and when it abstains.

- uncertainty.py runs it: intervals.py by conformal.py, policy_bands.py for a policy; groups.py
  finds whom to look at apart.
- cross_conformal.py: the same of few cases, each fifth by the others.
- abstention.py: with which distance, and with how many labels, there is no answer; distance.py
  measures it of tables, embedded_distance.py of networks, in what embedding.py finds.
- selective.py: risk against coverage.
- Calibration: calibration.py, calibration_curve.py, recalibration.py;
  recalibrated.py puts it into a graph.
"""
