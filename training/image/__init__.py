"""Classes from pictures.

data.py reads an NPZ in MedMNIST's layout; network.py is a small residual network and its fit.
"""
