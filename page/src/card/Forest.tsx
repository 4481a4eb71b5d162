// Figures with their intervals below each other: the model, and what it is compared with, by cohort.
import { scaleLinear } from "d3-scale";
import { findBetter } from "../better";
import { formatCount, formatNumber, Told, t } from "../language";
import type { Manifest, Metric } from "../manifest";
import { writeFigure } from "./Figures";
import { isOfAll, TESTED } from "./findings";
import { gather } from "./gather";
import { isNamed } from "./Named";
import { type Domain, span, Track } from "./Track";

/** So many figures are open at once; the others are in a fold. */
const OPEN = 3;

/** What was measured of all on whom it was tested: the model's own, and what stands beside it. */
function listComparable(model: Manifest): Metric[] {
  const { card } = model;
  const apart = isNamed(model); // in tables of their own
  const tested = card.metrics.filter(
    (one) => isOfAll(one) && TESTED.includes(one.cohort) && !one.measure && !apart(one),
  );
  const own = tested.find((one) => one.of === "model" && !one.against)?.model;
  const name = ({ metric, evaluated_on }: Metric) => JSON.stringify([metric, evaluated_on]);
  const compared = new Set(tested.filter((one) => one.of !== "model").map(name));
  return tested.filter((one) => one.model === own || one.against || compared.has(name(one)));
}

const listVariants = ({ card }: Manifest) =>
  new Set(card.metrics.filter((one) => one.of === "variant").map((one) => one.model));

/** The model and its contenders. */
export function listPerformance(model: Manifest): Metric[] {
  const variants = listVariants(model);
  return listComparable(model).filter(
    (one) => one.of !== "variant" && !(one.against && variants.has(one.against)),
  );
}

/** The model changed, or given less, and beside it the model as it is. */
export function listChanged(model: Manifest): Metric[] {
  const variants = listVariants(model);
  const name = ({ metric, evaluated_on }: Metric) => JSON.stringify([metric, evaluated_on]);
  const all = listComparable(model);
  const changed = new Set(all.filter((one) => one.of === "variant").map(name));
  return all.filter(
    (one) =>
      one.of === "variant" ||
      (one.of === "model" && (one.against ? variants.has(one.against) : changed.has(name(one)))),
  );
}

export function Forest(props: { model: Manifest; caption: string; figures: Metric[] }) {
  const { model, caption } = props;
  const blocks = gather(props.figures, ({ metric }) => metric).map(([metric, figures]) => ({
    metric,
    figures,
  }));
  // by how much it is better says more than any other figure but the first
  const gain = blocks.findIndex(({ figures: [first] }) => first?.against);
  if (gain > 1) blocks.splice(1, 0, ...blocks.splice(gain, 1));
  const [open, folded] = [blocks.slice(0, OPEN), blocks.slice(OPEN)];
  const several = new Set(props.figures.map(({ evaluated_on }) => evaluated_on)).size > 1;
  return (
    <>
      <Blocks model={model} caption={caption} blocks={open} several={several} />
      {folded.length > 0 && (
        <details>
          <summary>{t("card.more", { count: folded.length })}</summary>
          <Blocks model={model} caption={caption} blocks={folded} several={several} />
        </details>
      )}
    </>
  );
}

interface Block {
  metric: string;
  figures: Metric[];
}

function Blocks(props: { model: Manifest; caption: string; blocks: Block[]; several: boolean }) {
  return (
    <table class="forest">
      <caption class="unseen">{props.caption}</caption>
      <thead class="unseen">
        <tr>
          {(["of", "value", "n"] as const).map((name) => (
            <th key={name} scope="col">
              {t(`card.column_${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      {props.blocks.map((block) => (
        <Rows key={block.metric} {...props} {...block} />
      ))}
    </table>
  );
}

const OF = ["model", "variant", "baseline"];

/** One figure on one axis: people from elsewhere first, then the model before its contenders. */
function Rows({ model, metric, figures, several }: Block & { model: Manifest; several: boolean }) {
  const sets = gather(figures, ({ cohort, evaluated_on }) => `${cohort} ${evaluated_on}`)
    .map(([, set]) => set)
    .sort((a, b) => rank(a) - rank(b));
  const compared = figures.some((one) => one.against);
  const better = compared ? undefined : findBetter(metric);
  const target = compared ? 0 : undefined;
  const domain = span(figures, ...(compared ? [0] : []));
  return (
    <tbody>
      <tr class="metric">
        <th scope="rowgroup" colSpan={3}>
          <Told of={model} text={metric} />
          {compared && <span class="aside">{t("card.gain_way")}</span>}
          {better && <span class="aside">{t(`strip.${better}`)}</span>}
        </th>
      </tr>
      {sets.map((set) => [
        several && set[0] && (
          <tr class="cohort" key="cohort">
            <th scope="rowgroup" colSpan={3}>
              <Cohort model={model} of={set[0]} named={isOneOfSeveral(set[0], figures)} />
            </th>
          </tr>
        ),
        ...[...set]
          .sort((a, b) => OF.indexOf(a.of) - OF.indexOf(b.of))
          .map((one, i) => (
            <tr key={i} class={one.of === "model" ? "own" : undefined}>
              <th scope="row">
                {one.against && `${t("card.against")} `}
                <Told of={model} text={one.against ?? one.model} />
              </th>
              <td>
                <div class="drawn">
                  <Track figure={one} domain={domain} target={target} own={one.of === "model"} />
                  <span class="value">{writeFigure(one)}</span>
                </div>
              </td>
              <td class="n">{t("figure.n", { n: formatCount(one.n) })}</td>
            </tr>
          )),
      ])}
      <Axis domain={domain} />
    </tbody>
  );
}

/** Of the same cohort as other people, or of people from elsewhere, whose name is to be known. */
const isOneOfSeveral = (one: Metric, all: Metric[]) =>
  one.cohort === "external" ||
  all.some((other) => other.cohort === one.cohort && other.evaluated_on !== one.evaluated_on);

const rank = ([first]: Metric[]) => TESTED.indexOf(first?.cohort ?? "test");

/** Who they are to the model; and what the card calls them, if several are the same to it. */
export function Cohort(props: {
  model: Manifest;
  of: { cohort: Metric["cohort"]; evaluated_on: string };
  named: boolean;
}) {
  return (
    <>
      {t(`cohort.${props.of.cohort}`)}
      {props.named && (
        <span class="aside">
          <Told of={props.model} text={props.of.evaluated_on} />
        </span>
      )}
    </>
  );
}

function Axis({ domain }: { domain: Domain }) {
  const scale = scaleLinear(domain, [0, 100]);
  return (
    <tr class="ticks">
      <td />
      <td>
        <div class="drawn">
          <span class="track" aria-hidden="true">
            {scale.ticks(4).map((tick) => (
              <span key={tick} style={{ left: `${scale(tick)}%` }}>
                {formatNumber(tick, 6)}
              </span>
            ))}
          </span>
          <span class="value" />
        </div>
      </td>
      <td />
    </tr>
  );
}
