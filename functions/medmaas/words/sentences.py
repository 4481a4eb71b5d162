"""A sentence from its code: the formats of i18next, as far as `en.json` and `zh.json` use them.

`{{name}}` stands for a limit as it is, `{{name, format}}` for one that is written by a format
below; a sentence with a `count` has the plural forms `_one` and `_other` (https://www.i18next.com).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medmaas.errors import MedmaasError, Problem
from medmaas.facts import Fact

if TYPE_CHECKING:
    from medmaas.model.manifest import Manifest

_GAP = re.compile(r"\{\{(\w+)(?:, (\w+))?\}\}")
_LARGE = 1000
# from Han, what is not Han is set apart by a blank
_HAN, _OTHER = r"[\u3400-\u9fff]", r"[\w%()\[\]<>+\-\u0370-\u03ff\u00b2-\u00be]"
# compiled where Chinese is spoken
_SEAM = rf"(?<={_HAN})(?!{_HAN})(?={_OTHER})|(?<={_OTHER})(?<!{_HAN})(?={_HAN})"
_LANGUAGES_OF_HAN = {"zh"}

Json = dict[str, Any]
_Gap = tuple[str, Callable[["Words", Any], str], str]


class Words:
    """What speaks one language about one model.

    Args:
        language: one of `LANGUAGES`.
        manifest: of the model, whose texts have other words in this language.
    """

    def __init__(self, language: str = "en", manifest: "Manifest | None" = None) -> None:
        self.language = language
        self._sentences = _read_sentences(language)
        self._texts: Mapping[str, str] = {}
        if manifest is not None and language != "en":
            self._texts = manifest.translations.get(language, {})

    def say(self, fact: Fact) -> str:
        """The sentence of a fact, without a full stop."""
        text = self._fill(fact)
        return re.sub(_SEAM, " ", text) if self.language in _LANGUAGES_OF_HAN else text

    def _fill(self, fact: Fact) -> str:
        limits = fact.limits
        key = fact.code
        if "count" in limits:
            one = f"{key}_one"
            key = one if limits["count"] == 1 and one in self._sentences else f"{key}_other"
        text, gaps = _split(self._sentences.get(key) or self._sentences[fact.code])
        for name, write, after in gaps:
            text += write(self, limits[name]) + after
        return text

    def _name_unit(self, unit: str) -> str:
        named = self._sentences.get(f"unit_{unit}", unit)
        return "" if unit == "1" else f" {named}"

    def _translate(self, text: str) -> str:
        return self._texts.get(text, text)

    def _say_any(self, value: Any) -> str:  # noqa: ANN401 - a fact, or a text of the model
        return self._fill(value) if isinstance(value, Fact) else self._translate(str(value))

    def _say_code(self, value: Any) -> str:  # noqa: ANN401 - what is the same in all languages
        return self._fill(value) if isinstance(value, Fact) else str(value)

    def _join(self, values: Sequence[Any], joiner: str) -> str:
        return self._sentences[joiner].join(map(self._say_any, values))

    def write_problem(self, problem: Problem) -> Json:
        """`{"instance", "field", "problem", "code", "limits"}`."""
        return {"instance": problem.instance} | self.write_warning(problem)

    def write_warning(self, problem: Problem) -> Json:
        """`{"field", "problem", "code", "limits"}`."""
        said = {"field": problem.field, "problem": self.say(problem.fact)}
        return said | problem.fact.as_json()

    def join_problems(self, problems: Sequence[Problem]) -> str:
        """What is said of fields in one text, for a cell of a table."""
        colon = self._sentences["joined_by_colon"]
        return self._sentences["joined_by_semicolon"].join(
            f"{one.field}{colon}{self.say(one.fact)}" if one.field else self.say(one.fact)
            for one in problems
        )

    def write_notes(self, notes: Sequence[Fact]) -> list[Json]:
        """`{"note", "code", "limits"}` of each: how something was read."""
        return [{"note": self.say(one)} | one.as_json() for one in notes]

    def write_error(self, error: MedmaasError) -> Json:
        """`{"error", "code", "limits", "details": [...]}`."""
        details = [self.write_problem(problem) for problem in error.details]
        return {"error": self.say(error.fact)} | error.fact.as_json() | {"details": details}

    def write_prediction(self, prediction: Json) -> Json:
        """A prediction as JSON has it: sentences in place of facts, their codes beside them."""
        (written,) = self.write_predictions([prediction])
        return written

    def write_predictions(self, predictions: Sequence[Json]) -> list[Json]:
        """Predictions likewise; what many of them are warned of is written once."""
        warnings: dict[tuple[str | None, int], Json] = {}

        def write(problem: Problem) -> Json:
            key = problem.field, id(problem.fact)
            if key not in warnings:
                warnings[key] = self.write_warning(problem)
            return warnings[key]

        written = list[Json]()
        for prediction in predictions:
            if "explanation" in prediction or "options" in (prediction["output"] or ()):
                written.append(speak(prediction, self))
                continue
            plain = prediction
            if plain["warnings"]:
                plain = plain | {"warnings": [*map(write, plain["warnings"])]}
            if reason := plain.get("reason"):
                plain = {**plain, "reason": self.say(reason), **reason.as_json()}
            written.append(plain)
        return written


def place_problem(problem: Problem) -> Fact:
    """A problem with the instance and the field that it is of, as one sentence has them."""
    instance, field, fact = problem
    if field:
        fact = Fact("field_problem", field=field, problem=fact)
    return fact if instance is None else Fact("of_instance", instance=instance, problem=fact)


def write_columns(columns: Mapping[str, Sequence[Any]]) -> Json:
    """Columns as JSON has them: a fact's code and limits, and no sentence, for programs."""
    return {name: _write_facts(cells) for name, cells in columns.items()}


def _write_facts(cells: Sequence[Any]) -> Sequence[Any]:
    types = set(map(type, cells))
    if Fact in types:
        return [one.as_json() if isinstance(one, Fact) else one for one in cells]
    if list in types:  # of warnings
        return [
            [{"field": one.field} | one.fact.as_json() for one in warnings] if warnings else []
            for warnings in cells
        ]
    return cells


def speak(tree: Json, words: Words) -> Json:
    """An object with sentences in place of facts.

    The code and the limits of a sentence stand beside it; where an object holds several sentences,
    they are in `parts`, by its names.
    """
    spoken: Json = {}
    facts: dict[str, Fact] = {}
    for name, value in tree.items():
        if isinstance(value, Fact):
            spoken[name] = words.say(value)
            facts[name] = value
        else:
            spoken[name] = _speak_any(value, words)
    if len(facts) == 1:
        (fact,) = facts.values()
        return spoken | fact.as_json()
    if facts:
        spoken["parts"] = {name: fact.as_json() for name, fact in facts.items()}
    return spoken


def _speak_any(value: Any, words: Words) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return speak(value, words)
    if isinstance(value, list) and value:
        if isinstance(value[0], dict):
            return [speak(one, words) for one in value]
        if isinstance(value[0], Problem):
            return [words.write_warning(one) for one in value]
    return value


def _write_significant(_words: Words, number: float) -> str:
    """At most four digits: 81, 6.1, 0.02; 12,345 above a thousand."""
    return f"{number:,.0f}" if abs(number) >= _LARGE else f"{number:.4g}"


_FORMATS: dict[str | None, Callable[[Words, Any], str]] = {
    None: lambda _, value: str(value),
    "number": lambda _, number: f"{number:g}",
    "count": lambda _, number: f"{number:,}",
    "fixed1": lambda _, number: f"{number:.1f}",
    "fixed2": lambda _, number: f"{number:.2f}",
    "percent": lambda _, share: f"{share:.0%}",
    "percent1": lambda _, share: f"{share:.1%}",
    "spelled": lambda words, name: words._translate(name).replace("_", " "),  # noqa: SLF001
    "significant": _write_significant,
    "lower": lambda words, text: words._translate(text).lower(),  # noqa: SLF001
    "unit": Words._name_unit,  # noqa: SLF001 - the formats are this class's own
    "text": lambda words, text: words._translate(text),  # noqa: SLF001
    "fact": Words._say_any,  # noqa: SLF001
    "codes": lambda words, codes: ", ".join(map(words._say_code, codes)),  # noqa: SLF001
    "texts": lambda words, texts: words._join(texts, "joined_by_comma"),  # noqa: SLF001
    "either": lambda words, texts: words._join(texts, "joined_by_or"),  # noqa: SLF001
    "clauses": lambda words, facts: words._join(facts, "joined_by_semicolon"),  # noqa: SLF001
    "all": lambda words, facts: words._join(facts, "joined_by_comma_and"),  # noqa: SLF001
    "both": lambda words, facts: words._join(facts, "joined_by_and"),  # noqa: SLF001
}


@cache
def _read_sentences(language: str) -> dict[str, str]:
    path = Path(__file__).parent / f"{language}.json"
    sentences: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return sentences


@lru_cache(1024)
def _split(sentence: str) -> tuple[str, list[_Gap]]:
    """What stands before the first gap; and of each its name, what writes it, what comes after."""
    first, *pieces = _GAP.split(sentence)
    gaps = zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
    return first, [(name, _FORMATS[kind], after) for name, kind, after in gaps]


ENGLISH = Words()


@contextmanager
def raise_in_english() -> Iterator[None]:
    """Give every error that leaves the work inside its sentence, which is then what `str` gives.

    For callers that no door answers: Lambda, which passes on an error's class and its text.
    """
    try:
        yield
    except MedmaasError as error:
        error.args = (ENGLISH.say(error.fact),)
        raise
