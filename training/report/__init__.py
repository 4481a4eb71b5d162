"""What a training ends with: figures with intervals, a card, a page to look at."""
