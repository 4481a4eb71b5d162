"""Raw columns to complete numbers, as every scikit-learn model of a table takes them."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder


def make_encoder(
    categories: Mapping[int, int], *, drop: Literal["first"] | None = None
) -> BaseEstimator:
    """The median for a missing number, the commonest for a missing word, a column per word.

    Args:
        categories: by column of a choice, how many words; a column of two stays 0 or 1.
        drop: "first" leaves out the first word's column, which follows from the others.
    """
    numbers = SimpleImputer(strategy="median")
    if not categories:
        return numbers
    commonest = SimpleImputer(strategy="most_frequent")
    pairs = [column for column, words in categories.items() if words == 2]
    several = {column: words for column, words in categories.items() if words > 2}
    per_word = OneHotEncoder(
        categories=[np.arange(words, dtype=float) for words in several.values()],
        drop=drop,
        sparse_output=False,
    )
    steps = [("pairs", commonest, pairs)] if pairs else []
    if several:
        steps.append(("words", make_pipeline(commonest, per_word), list(several)))
    return ColumnTransformer(steps, remainder=numbers, sparse_threshold=0)
