"""A policy, in words; never drafted."""

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Intervals, Output, PolicyIntervals, PolicyOutput
from medmaas_training.drafting.seen import OutputDraft, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription
from medmaas_training.report.markdown import bullets, table


class PolicyDescription(OutputDescription):
    """Risks of outcomes under each action."""

    def __init__(self, output: PolicyOutput) -> None:
        super().__init__(output)
        self._policy = output
        self.notice = output.notice

    def describe(self) -> str:
        """All actions."""
        return f"one of {', '.join(action.name for action in self._policy.actions)}"

    def count_columns(self, field: str) -> tuple[str, int]:
        """Of risks one per outcome, of nadirs one per action."""
        if field == "tensor":
            return "output.outcomes", len(self._policy.outcomes)
        return "output.actions", len(self._policy.actions)

    def describe_recommendation(self) -> list[str]:
        """Order of preference, limit and shield."""
        policy, shield = self._policy, self._policy.shield
        actions = ", ".join(action.name for action in policy.actions)
        return [
            "## Recommendation",
            f"**{policy.notice}**",
            bullets(
                [
                    f"In order of preference: {actions}.",
                    "Recommended is the first that is allowed and within every limit. If there is "
                    "none, the last limit is given up first; if none is within the first limit, "
                    "the allowed one with the least risk of it is the least bad, with a warning.",
                    *(
                        f"Limit: {limit.outcome} at most {limit.at_most:g}; from "
                        f"{limit.reference or 'no source that is stated'}."
                        for limit in self._policy.limits
                    ),
                    *(
                        f"No treatment at {hold.feature} below {hold.below:g}, whatever the model "
                        f"says; the limit is from {hold.reference or 'no source that is stated'}."
                        for hold in shield.holds
                    ),
                    f"No recommendation with fewer than {shield.fewest_counts} known values of "
                    f"{shield.count}, or none within {shield.oldest_days:g} days.",
                    *(f"{outcome.name}: {outcome.description}" for outcome in policy.outcomes),
                    f"Grading: {policy.grading}.",
                ]
            ),
        ]

    def describe_levels(self, intervals: Intervals, spec: Input) -> list[str]:
        """A width per outcome, and the range of nadirs."""
        del spec
        bands = expect(intervals, PolicyIntervals)
        names = list(bands.levels[0].risks)
        header = ["coverage", *names, "nadir, times expected"]
        rows = [
            [
                f"{level.coverage:g}",
                *(f"{level.risks[name]:.3g}" for name in names),
                f"{level.nadir.low:.3g} to {level.nadir.high:.3g}",
            ]
            for level in bands.levels
        ]
        about = (
            f"Widths of the bands in standard errors of a share among {bands.group_size} "
            "patients, per outcome:"
        )
        return [about, table(header, rows)]


def make(output: Output) -> PolicyDescription:
    """What describes."""
    return PolicyDescription(expect(output, PolicyOutput))


def draft(seen: SeenOutput) -> OutputDraft | None:
    """What an action leads to is for a person to state: nothing is drafted."""
    del seen
    return None
