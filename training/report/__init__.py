"""What a training ends with: figures with intervals, a card, a page to look at.

- figures.py gives intervals; observed_shares.py what was observed among similar predictions.
- card.py writes card.md, with tables.py (figures and inputs), assessment.py (certainty and reasons)
  and markdown.py.
- page.py writes the report, with the figures of plots.py and assessment_plots.py, in plot_style.py.
"""
