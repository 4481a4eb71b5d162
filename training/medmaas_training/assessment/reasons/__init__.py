"""What a finished model's answers rest on.

- explanation.py runs it on a sample.py of the test split, which sampling.py explains.
- games.py: instances as games; background.py: the average patient.
- importance.py and dependence.py describe the model as a whole.
- `faithfulness/`: whether explanations are true.
"""
