// Everything that a reader must know before believing an answer, the limits first.
import type { ComponentChildren } from "preact";
import { Calibration } from "../card/Calibration";
import { Coverage } from "../card/Coverage";
import { Data, Identity } from "../card/Facts";
import { AllFigures, Headline } from "../card/Figures";
import { Whole } from "../card/Whole";
import { formatCount, Told, t } from "../language";
import type { Manifest } from "../manifest";

export function CardView({ model }: { model: Manifest }) {
  const { card } = model;
  return (
    <div class="card">
      <Part title={t("card.limits")}>
        {card.data.simulated && <p class="doubt">{t("answer.simulated")}</p>}
        <List model={model} texts={card.limits} />
        <h4>{t("card.out_of_scope")}</h4>
        <List model={model} texts={card.out_of_scope} />
        <Abstention model={model} />
      </Part>
      <Part title={t("card.use")}>
        <dl class="facts">
          {(
            ["stage", "intended_use", "intended_users", "population", "decision_role"] as const
          ).map((name) => (
            <div key={name}>
              <dt>{t(`card.${name}`)}</dt>
              <dd>
                <Told of={model} text={card[name]} />
              </dd>
            </div>
          ))}
        </dl>
      </Part>
      <Part title={t("card.figures")}>
        <Headline model={model} />
        <List model={model} texts={card.findings} />
        <AllFigures model={model} />
      </Part>
      <Part title={t("card.calibration")}>
        <Calibration model={model} />
      </Part>
      <Part title={t("card.coverage")}>
        <Coverage model={model} />
      </Part>
      <Part title={t("card.whole")}>
        <Whole model={model} />
      </Part>
      <Part title={t("card.data")}>
        <Data model={model} />
      </Part>
      <Part title={t("card.method")}>
        <List model={model} texts={card.method} />
        <h4>{t("card.references")}</h4>
        <List model={model} texts={card.references} />
      </Part>
      <Part title={t("card.identity")}>
        <Identity model={model} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="panel part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function List({ model, texts }: { model: Manifest; texts: string[] }) {
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
function Abstention({ model }: { model: Manifest }) {
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
