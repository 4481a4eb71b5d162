"""A manifest's card as Markdown, for people."""

from medmaas.model.manifest import Card, Manifest, Parity
from medmaas_training.kinds.inputs import describe_input
from medmaas_training.kinds.outputs import describe_output
from medmaas_training.report.assessment import describe_explanation, describe_uncertainty
from medmaas_training.report.markdown import bullets, table
from medmaas_training.report.tables import tabulate_figures

STATEMENT = (
    "For research use, not for time-critical decisions. It supports a decision that a clinician "
    "makes and can check; it makes none."
)


def render_card(manifest: Manifest) -> str:
    """The text of card.md."""
    card = manifest.card
    sections = [
        f"# {manifest.title}",
        f"**{STATEMENT}**",
        _identity(manifest),
        "## Use",
        bullets(
            [
                f"**Intended use**: {card.intended_use}",
                f"**Users**: {card.intended_users}",
                f"**Population**: {card.population}",
                f"**Role in the decision**: {card.decision_role}",
            ]
        ),
        "Not for:",
        bullets(card.out_of_scope),
        "## Inputs",
        *describe_input(manifest.input).describe(),
        *describe_output(manifest.output).describe_recommendation(),
        "## Data",
        _data(card),
        "## Method",
        bullets(card.method),
        _parity(manifest.parity),
        *_describe_batch(manifest),
        "## Results",
        "Value and 95 % interval.",
        *(
            part
            for where, figures in tabulate_figures(card)
            for part in (f"### {where}", table(*figures))
        ),
        "## What the results say",
        bullets(card.findings),
        "## Uncertainty",
        *describe_uncertainty(manifest),
        "## Explanation",
        *describe_explanation(manifest),
        "## Limits",
        bullets(card.limits),
        "## References",
        bullets(card.references),
        "## Source attributes (45 CFR 170.315(b)(11))",
        "Given as good practice; no claim of compliance is made.",
        table(["attribute", "answer"], [[k, v] for k, v in card.source_attributes.items()]),
    ]
    return "\n\n".join(sections) + "\n"


def _parity(parity: Parity | None) -> str:
    if parity is None:
        return "Nobody has compared ONNX and the trained model."
    told = (
        f"ONNX and the trained model differ by at most {parity.largest_difference:.1e} over the "
        f"{parity.rows} rows of {parity.rows_of}."
    )
    if parity.made:
        told += f" They agree, too, on {parity.made:,} rows that were made where graphs break."
    if parity.rounded:
        told += (
            f" At {parity.rounded:,} of these, which lie at thresholds, the trained model "
            "itself answers otherwise to a value as it is written than to the float32 that it "
            "becomes when it is read: what is answered is of the latter."
        )
    return told


def _describe_batch(manifest: Manifest) -> list[str]:
    if manifest.artefact.inputs[0].shape[0] != 1:
        return []
    return ["Each row is computed by itself: the graph takes one at a time."]


def _identity(manifest: Manifest) -> str:
    artefact = manifest.artefact
    return table(
        ["", ""],
        [
            ["model", f"{manifest.id} {manifest.version}"],
            ["stage", manifest.card.stage],
            ["developer", manifest.card.developer],
            ["licence", manifest.licence],
            ["created", manifest.created.isoformat()],
            ["training commit", manifest.training_commit],
            ["seed", str(manifest.seed)],
            [
                "ONNX",
                f"sha256 {artefact.sha256}, opset {artefact.opset}, {artefact.size_bytes} bytes",
            ],
        ],
    )


def _data(card: Card) -> str:
    data = card.data
    events = "" if data.events is None else f", {data.events} events"
    cleaned = "" if data.sha256 is None else f"; table sha256 {data.sha256}"
    drawn = "" if data.split.seed is None else f" (seed {data.split.seed})"
    by = "" if data.split.by is None else f"; {data.split.by}"
    return bullets(
        [
            f"**Source**: {data.source}",
            f"**Licence**: {data.licence}",
            f"**Size**: n = {data.n}{events}{cleaned}",
            f"**Inclusion**: {data.inclusion}",
            *(f"**Cleaning**: {step}" for step in data.cleaning),
            *(f"**{name}**: {text}" for name, text in data.demographics.items()),
            f"**Split**{drawn}: {data.split.train} to train, "
            f"{data.split.calibration} kept for calibration, {data.split.test} to test{by}",
        ]
    )
