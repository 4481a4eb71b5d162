"""What a finished model's answers rest on.

- explanation.py runs it on sample.py, a sample of the test split.
- background.py: the average patient; games.py: instances as games, parts.py: the players of a text.
- importance.py and dependence.py describe the model as a whole.
- `faithfulness/`: whether explanations are true.
"""
