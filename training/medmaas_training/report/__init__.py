"""What a training ends with: a card and a page to look at.

- card.py writes card.md, with tables.py (figures), features.py (inputs), assessment.py (certainty
  and reasons) and markdown.py.
- page.py writes the report, with the figures of plots.py and assessment_plots.py, in plot_style.py;
  letters.py finds fonts for what they say in any script.
"""
