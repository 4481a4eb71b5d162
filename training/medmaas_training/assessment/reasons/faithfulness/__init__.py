"""Whether explanations are faithful to the model.

- agreement.py: with the shap library, sampled with exact, few centres with everybody.
- deletion.py: deletion and insertion of parts, against random order.
- randomisation.py: attributions must follow the weights.
- ground_truth.py: models whose Shapley values are known.
"""
