"""Dose of the next cycle of docetaxel, learned from simulated patients.

recipe.py trains and writes the model; splits.py simulates the courses that it is measured on;
card.py has the words of the card, sections.py what the report shows; histories.py are invented
histories to try the model with, ordinary.py such as wards have, which must be answered; records.py
says where hospitals' records hold the inputs, drugs.py by which codes and names.
"""

from medmaas_training.recipes import Recipe

RECIPE = Recipe(
    "dose of the next cycle from serial blood counts (simulated patients)",
    takes_data=False,
)
