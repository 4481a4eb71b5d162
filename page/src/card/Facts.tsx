// Where the numbers come from, and which artefact they are of.
import { formatCount, formatNumber, Told, t, translate } from "../language";
import type { Manifest } from "../manifest";

type Fact = [name: string, value: string | string[] | number | undefined];

function Facts({ model, facts }: { model: Manifest; facts: Fact[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{translate(model, name)}</dt>
            {[value].flat().map((one) => (
              <dd key={one}>
                <Told of={model} text={String(one)} />
              </dd>
            ))}
          </div>
        ))}
    </dl>
  );
}

function tellSplit(split: Manifest["card"]["data"]["split"]) {
  const told = t("card.split_of", { ...split });
  return split.by === undefined ? told : [told, split.by];
}

export function Data({ model }: { model: Manifest }) {
  const { data } = model.card;
  return (
    <>
      <p class={data.simulated ? "doubt" : undefined}>
        <strong>{t(data.simulated ? "catalogue.simulated" : "catalogue.real")}</strong>
      </p>
      <Facts
        model={model}
        facts={[
          [t("card.source"), data.source],
          [t("card.licence"), data.licence],
          [t("card.inclusion"), data.inclusion],
          [t("card.people"), formatCount(data.n)],
          [t("card.events"), data.events === undefined ? undefined : formatCount(data.events)],
          [t("card.split"), tellSplit(data.split)],
          ...Object.entries(data.demographics).map((one): Fact => one),
          [t("card.cleaning"), data.cleaning],
          [t("card.sha256_of_data"), data.sha256],
        ]}
      />
    </>
  );
}

export function Identity({ model }: { model: Manifest }) {
  const { artefact, parity, card } = model;
  return (
    <>
      <Facts
        model={model}
        facts={[
          [t("answer.model"), `${model.id} ${model.version}`],
          [t("card.developer"), card.developer],
          [t("card.licence"), model.licence],
          [t("card.created"), model.created],
          [t("answer.sha256"), artefact.sha256],
          [t("answer.digest"), model.digest],
          [
            t("card.size"),
            t("card.size_of", { bytes: formatCount(artefact.size_bytes), opset: artefact.opset }),
          ],
          [t("card.commit"), model.training_commit],
          [t("card.seed"), model.seed],
          [
            t("card.parity"),
            parity &&
              t("card.parity_of", {
                difference: formatNumber(parity.largest_difference, 2),
                rows: formatCount(parity.rows),
                on: translate(model, parity.rows_of),
              }),
          ],
          [
            t("card.golden"),
            t("card.golden_of", {
              count: model.golden.cases.length,
              tolerance: model.golden.tolerance,
            }),
          ],
        ]}
      />
      <details>
        <summary>{t("card.source_attributes")}</summary>
        <Facts model={model} facts={Object.entries(card.source_attributes)} />
      </details>
    </>
  );
}
