// So many of a hundred, by horizon; then the curve against that of the average patient.
import { useEffect, useId, useState } from "preact/hooks";
import { Hundred } from "../answer/Hundred";
import type { LowerBound, ManifestRiskTarget, Survival } from "../contract";
import { DAYS_PER_YEAR, formatDays, formatNumber, formatPercent, t, translate } from "../language";
import type { Manifest } from "../manifest";
import type { AnswerProps, Centre, Giving, OutputRoom } from "../rooms";
import { predict } from "../service";
import { Curve } from "./SurvivalCurve";

type Model = Giving<"survival">;

export const survival: OutputRoom<Model, Survival, LowerBound, ManifestRiskTarget> = {
  name: { en: "survival curve", zh: "生存曲线" },
  question: { en: "How long?", zh: "能活多久？" },
  Verdict,
  Answer,
  listClaims: (model, { risk }) =>
    Object.entries(risk).map(([days, value]) => {
      const day = Number(days);
      const name = t("survival.risk", { time: formatDays(day) });
      return { target: { kind: "risk", day }, value, name, main: day === findFirst(model) };
    }),
  nameCurve: (_, { day }) => t("curve.risk", { time: formatDays(day) }),
  nameTarget(model, of) {
    if (of === "median_days") return t("survival.median");
    const day = model.output.horizon_days.find((day) => of === `risk_${day}`);
    if (day === undefined) return translate(model, of);
    return t("reasons.risk_by", { years: formatNumber(Math.round(day / DAYS_PER_YEAR)) });
  },
  writeCells: ({ median_days, risk }, interval) => ({
    median_days: median_days ?? "",
    ...Object.fromEntries(Object.entries(risk).map(([day, share]) => [`risk_${day}`, share])),
    interval_at_least_days: interval?.at_least_days ?? "",
  }),
};

/** The horizon that is told first: that of the decision, else the middle one. */
function findFirst({ output, explanation }: Model): number {
  const days = output.horizon_days;
  const decided = days.find((day) => explanation?.decision?.target === `risk_${day}`);
  return decided ?? days[Math.floor(days.length / 2)] ?? 0;
}

/** How many of a hundred, never none or all where it is neither. */
function tellHundred(risk: number, time: string): string {
  const count = Math.round(100 * risk);
  if (risk > 0 && count < 1) return t("survival.fewer", { time });
  if (risk < 1 && count > 99) return t("survival.nearly_all", { time });
  return t("survival.hundred", { count, time });
}

/** Where it stands among the people that the model was tested on, by thirds and tenths. */
function tellPlace(place: number): [band: string, told: string] {
  const tenths = Math.round(10 * place);
  const band = place < 1 / 3 ? "low" : place > 2 / 3 ? "high" : "middle";
  const told =
    tenths < 1
      ? t("survival.lowest")
      : tenths > 9
        ? t("survival.highest")
        : t("survival.place", { tenths });
  return [t(`survival.${band}`), told];
}

function Verdict(props: AnswerProps<Model, Survival, LowerBound, ManifestRiskTarget>) {
  const { model, output, interval, similar, forced } = props;
  const name = useId();
  const risks = Object.entries(output.risk).map(([day, risk]) => ({ day: Number(day), risk }));
  const [chosen, setChosen] = useState(() => findFirst(model));
  const { day, risk } = risks.find((one) => one.day === chosen) ?? { day: 0, risk: 0 };
  const place = similar.find(({ target }) => target.day === day)?.place;
  const [band, told] = place === undefined ? [] : tellPlace(place);
  const sentence = tellHundred(risk, formatDays(day));
  return (
    <div class="told with-people">
      <div>
        <p class="verdict" aria-live="polite">
          {sentence}
        </p>
        {band && (
          <p class="rank">
            <strong>{band}</strong> {told}
          </p>
        )}
        <fieldset class="horizons figures">
          <legend>{t("survival.horizons")}</legend>
          {risks.map((one) => (
            <label key={one.day}>
              <input
                type="radio"
                name={name}
                autocomplete="off"
                checked={one.day === day}
                onChange={() => setChosen(one.day)}
              />
              <span>{formatDays(one.day)}</span> <strong>{formatPercent(one.risk)}</strong>
            </label>
          ))}
        </fieldset>
        <p class="interval">
          {t("survival.median")}
          {t("believe.colon")}
          {output.median_days === null
            ? t("survival.beyond", { time: formatDays(output.time_days.at(-1) ?? 0) })
            : formatDays(output.median_days)}
          {t("reasons.stop")}{" "}
          {interval &&
            t("survival.bound", {
              share: formatPercent(interval.coverage, 0),
              time: formatDays(interval.at_least_days),
            })}
        </p>
      </div>
      {!forced && <Hundred filled={Math.round(100 * risk)} label={sentence} />}
    </div>
  );
}

const averages = new Map<string, Promise<number[] | undefined>>();

/** The mean curve of the background's centres, weighted by the people that each stands for. */
function findAverage(model: Manifest, centres: Centre[]): Promise<number[] | undefined> {
  const { sha256 } = model.artefact;
  const known = averages.get(sha256) ?? askAverage(model, centres).catch(() => undefined);
  averages.set(sha256, known);
  return known;
}

async function askAverage(model: Manifest, centres: Centre[]): Promise<number[] | undefined> {
  if (!centres.length) return undefined;
  const instances = centres.map(({ instance }) => instance);
  const { predictions } = await predict(model, instances, { force: true });
  const curves = predictions.map(({ output }) => (output as Survival).survival);
  const people = centres.reduce((sum, centre) => sum + centre.people, 0);
  return curves[0]?.map(
    (_, time) =>
      curves.reduce((sum, curve, i) => sum + (curve[time] ?? 0) * (centres[i]?.people ?? 0), 0) /
      people,
  );
}

function Answer(props: AnswerProps<Model, Survival, LowerBound, ManifestRiskTarget>) {
  const { model, output, interval, centres } = props;
  const [average, setAverage] = useState<number[]>();
  useEffect(() => {
    findAverage(model, centres).then(setAverage);
  }, [model, centres]);
  return (
    <Curve
      output={output}
      average={average}
      bound={interval?.at_least_days}
      coverage={interval?.coverage}
      similar={props.similar.filter(({ beyond }) => !beyond)}
    />
  );
}
