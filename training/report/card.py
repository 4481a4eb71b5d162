"""A manifest's card as Markdown, for people."""

from medmaas.model.manifest import (
    Card,
    ImageInput,
    Input,
    Manifest,
    Output,
    Parity,
    PolicyOutput,
    SeriesInput,
    TabularInput,
    TextInput,
)
from training.report.assessment import describe_explanation, describe_uncertainty
from training.report.markdown import bullets, table
from training.report.tables import tabulate_features, tabulate_figures

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
        *_inputs(manifest.input),
        *_recommendation(manifest.output),
        "## Data",
        _data(card),
        "## Method",
        bullets(card.method),
        _parity(manifest.parity),
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
    return (
        f"ONNX and the trained model differ by at most {parity.largest_difference:.1e} over the "
        f"{parity.rows} rows of {parity.rows_of}."
    )


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


def _inputs(spec: Input) -> list[str]:
    match spec:
        case TabularInput():
            return [table(*tabulate_features(spec.features))]
        case SeriesInput():
            about = f"`{spec.field}`: 1 to {spec.max_rows} rows in time, each with"
            return [about, table(*tabulate_features(spec.features))]
        case ImageInput():
            return [f"`{spec.field}`: {spec.description}", bullets(_preparation(spec))]
        case TextInput():
            characters = " ".join(f"`{character}`" for character in spec.alphabet)
            about = f"`{spec.field}`: {spec.description} At most {spec.max_length} characters, of:"
            return [about, characters.replace("|", "\\|")]


def _preparation(spec: ImageInput) -> list[str]:
    """What is done to a picture before the graph reads it."""
    steps = ["upright by its EXIF orientation, transparency on white, every other data dropped"]
    if spec.crop:
        steps.append(
            f"centre crop of {spec.crop.side} pixels where the shorter edge has about "
            f"{spec.crop.of} (in proportion, with a warning, elsewhere)"
        )
    steps.append(f"{spec.resample} to {spec.width} x {spec.height} pixels, {spec.mode}")
    return [*steps, f"a picture of exactly {spec.width} x {spec.height} enters as it is"]


def _recommendation(output: Output) -> list[str]:
    """How a policy comes to its recommendation; nothing for other outputs."""
    if not isinstance(output, PolicyOutput):
        return []
    shield, limit = output.shield, output.limit
    holds = " or ".join(f"{hold.feature} below {hold.below:g}" for hold in shield.holds)
    return [
        "## Recommendation",
        f"**{output.notice}**",
        bullets(
            [
                f"In order of preference: {', '.join(action.name for action in output.actions)}.",
                f"Recommended is the first that is allowed and whose risk of {limit.outcome} is at "
                f"most {limit.at_most:g}; if there is none, the allowed one with the least risk, "
                "with a warning.",
                f"No treatment at {holds}, whatever the model says.",
                f"No recommendation with fewer than {shield.fewest_counts} known values of "
                f"{shield.count}, or none within {shield.oldest_days:g} days.",
                *(f"{outcome.name}: {outcome.description}" for outcome in output.outcomes),
                f"Grading: {output.grading}.",
            ]
        ),
    ]


def _data(card: Card) -> str:
    data = card.data
    events = "" if data.events is None else f", {data.events} events"
    cleaned = "" if data.sha256 is None else f"; table sha256 {data.sha256}"
    drawn = "" if data.split.seed is None else f" (seed {data.split.seed})"
    return bullets(
        [
            f"**Source**: {data.source}",
            f"**Licence**: {data.licence}",
            f"**Size**: n = {data.n}{events}{cleaned}",
            f"**Inclusion**: {data.inclusion}",
            *(f"**Cleaning**: {step}" for step in data.cleaning),
            *(f"**{name}**: {text}" for name, text in data.demographics.items()),
            f"**Split**{drawn}: {data.split.train} to train, "
            f"{data.split.calibration} kept for calibration, {data.split.test} to test",
        ]
    )
