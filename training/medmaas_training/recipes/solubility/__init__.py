"""Solubility in water from a molecule's SMILES (ESOL), or a number of a user's molecules.

recipe.py trains and writes the model; splits.py says which molecules it is fitted to and measured
on, external.py reads those from elsewhere; card.py has the words of the card, sections.py what the
report shows.
"""

from medmaas_training.recipes import Recipe

RECIPE = Recipe(
    "solubility in water from a molecule's SMILES (--data CSV)",
    outcome=("target",),
    takes_external=True,
)
