"""What the columns of a graph's probabilities are called, and how far that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from medmaas.model.manifest.cells import fold_word
from medmaas_training.drafting.ordering import Ordered, order_classes
from medmaas_training.drafting.seen import Question, SeenOutput
from medmaas_training.drafting.table import OutcomeColumn

_CLEAR = 0.7  # of an area under the ROC curve


@dataclass(frozen=True)
class Labelled:
    """Labels of columns.

    Attributes:
        labels: in the order of the columns; None where nobody can tell.
        questions: of them.
        told: how they were found, a clause each.
    """

    labels: tuple[str, ...] | None
    questions: tuple[Question, ...] = ()
    told: tuple[str, ...] = ()


def find_target(seen: SeenOutput) -> OutcomeColumn | None:
    """The one column that --target names, if it names one."""
    targets = seen.outcome.targets if seen.outcome else ()
    return targets[0] if len(targets) == 1 else None


def label_columns(seen: SeenOutput, count: int) -> Labelled:
    """The labels of so many columns that sum to 1.

    In the graph's own order where it states one, else in the order that the cases speak for; where
    neither says, they are asked for.
    """
    own = seen.own_labels if len(seen.own_labels) == count else ()
    target = find_target(seen)
    if target is None:
        return _ask_meaning(own) if own else _ask("which label is each column, in their order?")
    classes, header = target.classes, target.header
    if len(classes) != count:
        told = _tell_count(header, len(classes), count)
        return Labelled(own or None, (_question(told),), (told,))
    ordered = Ordered(None)
    if seen.values is not None and seen.of_cases:
        ordered = order_classes(seen.values, target.positions, count)
    found = tuple(classes[i] for i in ordered.order) if ordered.order else None
    if own and ({*map(fold_word, own)} == {*map(fold_word, classes)} or not _are_codes(own)):
        return _hold(own, found, classes, header)
    if found is None:
        labels = own if _are_codes(own) and {*own} == {*classes} else classes
        return Labelled(
            labels,
            (_question(
                f"are the columns in this order? The cases do not say so, as no column goes with a "
                f"value of {header} beyond chance"
            ),),
        )  # fmt: skip
    areas = ", ".join(f"{area:.2f}" for area in ordered.areas)
    told = f"labels are in the order that the cases of {header} speak for (AUC by column: {areas})"
    questions = _ask_codes(found)
    if min(ordered.areas) < _CLEAR:
        doubt = f"are the columns in this order? The cases speak for it, but not clearly ({areas})"
        questions = (*questions, _question(doubt))
    return Labelled(found, questions, (told,))


def _hold(
    own: tuple[str, ...], found: tuple[str, ...] | None, classes: Sequence[str], header: str
) -> Labelled:
    """The graph's own labels, held against the cases."""
    questions = [*_ask_codes(own)]
    if {*map(fold_word, own)} != {*map(fold_word, classes)}:
        questions.append(
            _question(
                f"the graph calls them so; {header} has {', '.join(classes)}: are they these?"
            )
        )
    elif found and [*map(fold_word, found)] != [*map(fold_word, own)]:
        questions.append(
            _question(
                f"the graph states this order, but by the cases of {header} the columns are of "
                f"{', '.join(found)}: is the order of the table's columns right?"
            )
        )
    elif not found:
        questions.append(
            _question(
                f"the graph states this order; the cases of {header} do not confirm it: is the "
                "order of the table's columns right?"
            )
        )
    return Labelled(own, tuple(questions))


def _tell_count(header: str, classes: int, count: int) -> str:
    if classes == 0:
        return f"{header} has other values than classes, but the graph gives {count} probabilities"
    if classes == 1:
        return f"{header} has one value alone: the order of labels cannot be told"
    return f"{header} has {classes} different values, but the graph gives {count} probabilities"


def _ask_meaning(own: tuple[str, ...]) -> Labelled:
    return Labelled(own, _ask_codes(own))


def _ask_codes(labels: Sequence[str]) -> tuple[Question, ...]:
    if not _are_codes(labels):
        return ()
    return (_question(f"what do {', '.join(labels)} mean? Write words, in this order"),)


def _ask(words: str) -> Labelled:
    return Labelled(None, (_question(words),))


def _question(words: str) -> Question:
    return Question(("labels",), words)


def _are_codes(labels: Sequence[str]) -> bool:
    return bool(labels) and all(label.lstrip("-").isdecimal() for label in labels)
