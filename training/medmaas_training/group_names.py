"""What groups are called whose quantiles are their own, or who are looked at apart."""

from medmaas.model.manifest import Boolean, Choice, Group, Input


def name_group(spec: Input, group: Group) -> str:
    """As in `creatinine of 1.3 or more`, `sex F`, `creatinine not known`."""
    features = {feature.name: feature for feature in spec.row_features}
    feature = features.get(group.by)
    if group.low is None and group.high is None:
        return f"{group.by} not known"
    if group.high is None:
        return f"{group.by} of {group.low:g} or more"
    if group.low is None:
        return f"{group.by} of less than {group.high:g}"
    if isinstance(feature, Choice):
        return f"{group.by} {feature.choices[int(group.low)]}"
    if isinstance(feature, Boolean):
        return f"{group.by} {'true' if group.low else 'false'}"
    return f"{group.by} of {group.low:g} to less than {group.high:g}"
