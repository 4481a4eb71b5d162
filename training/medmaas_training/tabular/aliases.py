"""What features and labels of any script are called where a protocol wants ASCII.

By their position, from 1: no letters are kept, because those of another script have no spelling in
ASCII that all agree on, and a part of a name may name something else. The manifest states it, so
that it stays for as long as the model does.
"""

from collections.abc import Sequence

from medmaas.model.manifest import Feature
from medmaas.model.names import fold_name


def alias_features(features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features, those that are not in ASCII with an alias, as feature_3 of the third."""
    taken = {fold_name(feature.name) for feature in features}
    return tuple(
        feature
        if feature.name.isascii()
        else feature.model_copy(update={"alias": _find_free(f"feature_{position}", taken)})
        for position, feature in enumerate(features, start=1)
    )


def alias_labels(labels: Sequence[str]) -> tuple[str, ...] | None:
    """label_1, label_2, ... for labels of which one is not in ASCII; None where all are."""
    if all(label.isascii() for label in labels):
        return None
    taken = {fold_name(label) for label in labels}
    return tuple(_find_free(f"label_{position}", taken) for position in range(1, len(labels) + 1))


def _find_free(alias: str, taken: set[str]) -> str:
    while alias in taken:
        alias += "_"
    return alias
