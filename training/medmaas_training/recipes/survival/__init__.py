"""Survival of people over 50 (FLCHAIN), or on a user's table.

recipe.py trains and writes the model; splits.py says whom it is fitted to and measured on; card.py
has the words of the card, sections.py what the report shows; records.py says where hospitals'
records hold the inputs. own.py and own_card.py are for a user's table.
"""

from medmaas_training.recipes import SPLITS, Recipe

RECIPE = Recipe(
    "years of survival from age, sex and four blood values (FLCHAIN)",
    outcome=("time", "event"),
    details=("unit", *SPLITS),
)
