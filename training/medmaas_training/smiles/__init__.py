"""A number from the SMILES of a molecule.

molecules.py reads, spells and encodes molecules; descriptors.py are RDKit's numbers of them;
network.py reads a SMILES character by character; evaluation.py fits and compares;
out_of_distribution.py are lines that the model should not answer.
"""
