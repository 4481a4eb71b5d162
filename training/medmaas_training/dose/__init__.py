"""Doses for simulated patients: simulator, network, virtual trial.

- myelosuppression.py simulates blood counts; simulator_check.py compares them with what was
  published; patients.py draws patients; course.py treats them, and draws their blood when
  schedules.py says.
- decisions.py makes the training data, network.py learns from them.
- policies.py are the rivals, one of them by map_fit.py; trial.py compares them; evaluation.py
  measures the risks; study.py says what the network is held against.
- out_of_distribution.py are histories that the model should not answer.
"""
