// Everything that a reader must know before believing an answer: first what decides, then its grounds.
import type { ComponentChildren } from "preact";
import { Calibration } from "../card/Calibration";
import { Contents } from "../card/Contents";
import { Coverage } from "../card/Coverage";
import { Data, Identity } from "../card/Facts";
import { AllFigures } from "../card/Figures";
import { Forest, listPerformance } from "../card/Forest";
import { findOut, type Question } from "../card/findings";
import { Groups } from "../card/Groups";
import { NamedFigures } from "../card/Named";
import { Sheet } from "../card/Sheet";
import { Stress } from "../card/Stress";
import { Judged } from "../card/Tiles";
import { Whole } from "../card/Whole";
import { formatCount, Told, t } from "../language";
import type { Manifest } from "../manifest";

type Of = { model: Manifest };

interface Part {
  name: string;
  Show(of: Of): ComponentChildren;
  /** Which mark of the sheet it is the ground of. */
  mark?: Question;
}

/** What is read first is open; the rest is opened by its name, and by the contents. */
const OPEN: Part[] = [
  { name: "sheet", Show: Sheet },
  { name: "limits", Show: Limits },
];
const FOLDED: Part[] = [
  { name: "performance", Show: Performance },
  { name: "groups", Show: Groups, mark: "group" },
  { name: "calibration", Show: Calibration, mark: "calibration" },
  { name: "coverage", Show: Coverage, mark: "coverage" },
  { name: "stress", Show: Stress },
  { name: "whole", Show: Whole },
  { name: "data", Show: Data },
  { name: "method", Show: Method },
  { name: "identity", Show: Identity },
  { name: "all", Show: AllFigures },
];
const NAMES = [...OPEN, ...FOLDED].map(({ name }) => name);

export function CardView({ model }: Of) {
  const findings = findOut(model);
  return (
    <div class="card">
      <Contents model={model} parts={NAMES} />
      <div class="parts">
        {OPEN.map(({ name, Show }) => (
          <section key={name} class={`panel part ${name}`} id={`part-${name}`} tabIndex={-1}>
            <h3>{t(`part.${name}`)}</h3>
            <Show model={model} />
          </section>
        ))}
        {FOLDED.map(({ name, Show, mark }) => (
          <details key={name} class={`panel part ${name}`} id={`part-${name}`}>
            <summary>
              <h3>{t(`part.${name}`)}</h3>
              {mark && <Judged mark={findings[mark].mark} />}
            </summary>
            <Show model={model} />
          </details>
        ))}
      </div>
    </div>
  );
}

function Limits({ model }: Of) {
  return (
    <>
      {model.card.data.simulated && <p class="doubt">{t("answer.simulated")}</p>}
      <List model={model} texts={model.card.limits} />
      <Abstention model={model} />
    </>
  );
}

function Performance({ model }: Of) {
  const figures = listPerformance(model);
  return (
    <>
      <p class="help">{t("card.forest_help")}</p>
      <Forest model={model} caption={t("part.performance")} figures={figures} />
      <NamedFigures model={model} />
      {model.card.findings.length > 0 && (
        <details>
          <summary>{t("card.findings")}</summary>
          <List model={model} texts={model.card.findings} />
        </details>
      )}
    </>
  );
}

function Method({ model }: Of) {
  return (
    <>
      <List model={model} texts={model.card.method} />
      <h4>{t("card.references")}</h4>
      <List model={model} texts={model.card.references} />
    </>
  );
}

function List({ model, texts }: Of & { texts: string[] }) {
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>
          <Told of={model} text={text} />
        </li>
      ))}
    </ul>
  );
}

/** When the model says nothing, and how its intervals were made. */
function Abstention({ model }: Of) {
  const { uncertainty } = model;
  if (!uncertainty) return <p>{t("card.never_abstains")}</p>;
  const { distance, most_missing, largest_set } = uncertainty;
  return (
    <>
      <h4>{t("card.abstains")}</h4>
      <ul>
        {distance && <li>{t("card.distance", { threshold: distance.threshold })}</li>}
        {most_missing !== undefined && <li>{t("card.most_missing", { count: most_missing })}</li>}
        {largest_set !== undefined && <li>{t("card.largest_set", { count: largest_set })}</li>}
      </ul>
      <p class="help">
        <Told of={model} text={uncertainty.method} />{" "}
        <Told of={model} text={uncertainty.calibrated_on} />
      </p>
      <p class="help">{t("card.n", { n: formatCount(model.card.data.n) })}</p>
    </>
  );
}
