"""Classes from pictures.

data.py reads an NPZ in MedMNIST's layout, and clusters.py splits one anew; network.py is a small
residual network and its fit; out_of_distribution.py are pictures that the model should not answer.
"""
