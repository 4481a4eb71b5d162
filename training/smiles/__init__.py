"""A number from the SMILES of a molecule."""
