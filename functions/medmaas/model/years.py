"""What a year is: 365.25 days, everywhere."""

from medmaas.facts import Fact

DAYS_PER_YEAR = 365.25


def count_years(days: float) -> int | float:
    """Years; whole ones within a day, as 1826 days are."""
    whole = round(days / DAYS_PER_YEAR)
    if abs(whole * DAYS_PER_YEAR - days) <= 1:
        return whole
    return round(days / DAYS_PER_YEAR, 2)


def name_time(days: int) -> Fact:
    """1 year, 5 years, 90 days."""
    years = count_years(days)
    return Fact("days", count=days) if isinstance(years, float) else Fact("in_years", count=years)
