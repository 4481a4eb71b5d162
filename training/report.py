"""The table of results that a training ends with."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from medmaas.model.manifest import Metric


def print_metrics(metrics: Sequence[Metric], title: str) -> None:
    """Print every figure with its interval, one table per set of people."""
    console = Console()
    console.print(title)
    for where in dict.fromkeys(metric.evaluated_on for metric in metrics):
        table = Table("model or group", "n", "metric", "value", "95 % interval", title=where)
        for m in metrics:
            if m.evaluated_on == where:
                who = m.model if m.group == "all" else m.group
                interval = f"{m.low:.4f} to {m.high:.4f}"
                table.add_row(who, str(m.n), m.metric, f"{m.value:.4f}", interval)
        console.print(table)
