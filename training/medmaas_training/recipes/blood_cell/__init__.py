"""Kind of a blood cell from its picture, or the classes of a user's pictures.

recipe.py trains and writes the model; splits.py says which pictures it is fitted to and measured
on; card.py has the words of the card, sections.py what the report shows; drawn_cells.py draws cells
to try the model with.
"""

from medmaas_training.recipes import Recipe

RECIPE = Recipe("kind of a blood cell from its image (--data NPZ)")
