// Several labels, each with its probability against its threshold: any number of them may be so.
import type { LabelStates, Labels, ManifestLabel, ManifestLabelTarget } from "../contract";
import { formatPercent, Told, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";
import { nameColumn } from "./columns";

type Model = Giving<"labels">;
type Props = AnswerProps<Model, Labels, LabelStates, ManifestLabelTarget>;

export const labels: OutputRoom<Model, Labels, LabelStates, ManifestLabelTarget> = {
  name: { en: "findings", zh: "多项征象" },
  question: { en: "Which of these are so?", zh: "存在哪些征象？" },
  Verdict,
  Answer,
  listClaims: (model, output) =>
    rank(model, output).map(({ name, probability }, i) => ({
      target: { kind: "label" as const, label: name },
      value: probability,
      name: <Told of={model} text={name} />,
      main: i === 0,
    })),
  listNamed: ({ output }) => output.labels.map(({ name }) => ({ name })),
  nameCurve: (model, { label }) => t("curve.share", { of: translate(model, label) }),
  nameTarget: (model, of) => {
    const found = model.output.labels.find(({ name }) => name === of || nameColumn(name) === of);
    return translate(model, found?.name ?? of);
  },
  writeCells: ({ labels, probabilities }, interval) => ({
    labels: labels.join("; "),
    ...Object.fromEntries(
      Object.entries(probabilities).map(([name, share]) => [
        nameColumn(`probability_${name}`),
        share,
      ]),
    ),
    ...(interval &&
      Object.fromEntries(STATES.map((state) => [`interval_${state}`, interval[state].join("; ")]))),
  }),
};

const STATES = ["present", "absent", "undecided", "coverage_unknown"] as const;

/** The smallest probability that has odds. */
const LEAST = 1e-6;

/** How many findings are named large. */
const MOST = 4;

interface Ranked extends ManifestLabel {
  probability: number;
  reached: boolean;
}

const takeLogOdds = (share: number) => {
  const p = Math.min(Math.max(share, LEAST), 1 - LEAST);
  return Math.log(p) - Math.log1p(-p);
};

/** The farthest above its threshold first, in log-odds, as the service ranks them. */
function rank({ output }: Model, { probabilities }: Labels): Ranked[] {
  const above = ({ probability, threshold }: Ranked) =>
    takeLogOdds(probability) - takeLogOdds(threshold);
  return output.labels
    .map((label) => {
      const probability = probabilities[label.name] ?? 0;
      return { ...label, probability, reached: probability >= label.threshold };
    })
    .sort((a, b) => above(b) - above(a));
}

/** With more digits where a rounded one would reach a threshold that it does not. */
function write({ probability, threshold, reached }: Ranked): string {
  const shown = formatPercent(probability);
  return !reached && shown === formatPercent(threshold) ? formatPercent(probability, 4) : shown;
}

function Verdict({ model, output }: Props) {
  const reached = rank(model, output).filter((one) => one.reached);
  const count = model.output.labels.length;
  if (!reached.length)
    return (
      <div class="told">
        <p class="verdict">{t("labels.none", { count })}</p>
        <p class="interval">{t("labels.none_means")}</p>
      </div>
    );
  return (
    <div class="told">
      <p class="verdict">
        <Named model={model} labels={reached.slice(0, MOST)} />
      </p>
      {reached.length > MOST && (
        <p class="interval">
          {t("labels.also")} <Named model={model} labels={reached.slice(MOST)} />
        </p>
      )}
      <p class="interval">{t("labels.reached", { count: reached.length, of: count })}</p>
    </div>
  );
}

function Named({ model, labels }: { model: Model; labels: Ranked[] }) {
  return (
    <>
      {labels.map((one, i) => (
        <span key={one.name}>
          {i > 0 && " · "}
          <Told of={model} text={one.name} /> {write(one)}
        </span>
      ))}
    </>
  );
}

function Answer({ model, output, interval }: Props) {
  const ranked = rank(model, output);
  const own = ranked.filter(({ chosen }) => chosen);
  const head = ["label", "drawn", "probability", "threshold"].map((name) => t(`labels.${name}`));
  if (interval) head.push(t("labels.coverage", { share: formatPercent(interval.coverage, 0) }));
  return (
    <>
      <table class="findings">
        <caption>{t("labels.caption")}</caption>
        <thead>
          <tr>
            {head.map((name, i) => (
              <th scope="col" key={name}>
                {i === 1 ? <span class="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ranked.map((one) => (
            <tr key={one.name} class={one.reached ? "reached" : ""}>
              <th scope="row">
                <Told of={model} text={one.name} />
                <span class="standing">
                  {t(one.reached ? "labels.at_or_above" : "labels.below")}
                </span>
              </th>
              <td class="drawn">
                <span class="track" aria-hidden="true">
                  <span class="bar" style={{ left: 0, width: `${100 * one.probability}%` }} />
                  <span class="threshold" style={{ left: `${100 * one.threshold}%` }} />
                </span>
              </td>
              <td data-label={head[2]}>{write(one)}</td>
              <td data-label={head[3]}>{formatPercent(one.threshold)}</td>
              {interval && <td data-label={head[4]}>{nameState(interval, one.name)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="help">
        {t("labels.by_itself")} {interval && `${t("labels.coverage_means")} `}
        {t("labels.chosen")} <Told of={model} text={model.output.thresholds} />
      </p>
      {own.map(({ name, chosen = "" }) => (
        <p class="help" key={name}>
          <Told of={model} text={name} />
          {t("believe.colon")}
          <Told of={model} text={chosen} />
        </p>
      ))}
    </>
  );
}

function nameState(interval: LabelStates, name: string): string {
  const state = STATES.find((one) => interval[one].includes(name));
  return state ? t(`labels.state_${state}`) : "";
}
