"""Which language is asked for."""

LANGUAGES = ("en", "zh")


def choose_language(accepted: str | None) -> str:
    """The language of a header Accept-Language that is spoken here, the most wanted; else English.

    RFC 9110, section 12.5.4. What cannot be read counts as not there.

    Example:
        choose_language("zh-CN,zh;q=0.9,en;q=0.8") is "zh"
    """
    if not accepted:
        return LANGUAGES[0]
    wanted: dict[str, float] = {}
    for entry in accepted.split(","):
        tag, _, weight = entry.strip().partition(";")
        language = tag.strip().partition("-")[0].lower()
        if language in LANGUAGES:
            wanted.setdefault(language, _read_weight(weight))
    best = max(wanted, key=wanted.__getitem__, default=LANGUAGES[0])
    return best if wanted.get(best) else LANGUAGES[0]


def _read_weight(text: str) -> float:
    name, _, number = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(number) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
