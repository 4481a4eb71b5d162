"""Malignant or benign from an aspirate (Wisconsin), or the classes of a user's table.

recipe.py trains and writes the model; splits.py says which cases it is fitted to and measured on;
card.py has the words of the card, sections.py what the report shows. own.py and own_card.py are
for a user's table.
"""

from medmaas_training.recipes import SPLITS, Recipe

RECIPE = Recipe(
    "malignant or benign from a fine-needle aspirate (Wisconsin diagnostic data)",
    outcome=("target",),
    details=("positive", *SPLITS),
)
