"""How sure a finished model is, and when it abstains.

- uncertainty.py runs it: intervals.py by conformal.py, policy_bands.py for a policy.
- abstention.py: beyond which distance (distance.py for tables, embedding.py for networks) and with
  which doubt there is no answer; selective.py: risk against coverage.
- Calibration: calibration.py, calibration_curve.py, recalibration.py.
"""
