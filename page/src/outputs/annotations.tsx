// Labels at times of a record: what was found and how often; the band and the table are loaded with it.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Annotations } from "../contract";
import { formatCount, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";
import { formatClock } from "../times";
import { nameColumn } from "./columns";

export type Model = Giving<"annotations">;
type Props = AnswerProps<Model, Annotations, never, never>;

export const annotations: OutputRoom<Model, Annotations, never, never> = {
  name: { en: "annotations", zh: "时间标注" },
  question: { en: "When does it occur?", zh: "何时出现？" },
  Verdict,
  Answer,
  listClaims: () => [],
  listNamed: ({ output }) => output.labels.map((name) => ({ name })),
  nameCurve: () => "",
  nameTarget(model, of) {
    const counted = model.output.labels.find((label) => nameColumn(`count_${label}`) === of);
    return counted
      ? t("annotations.count_of", { label: translate(model, counted) })
      : translate(model, of);
  },
  writeCells: ({ annotations, counts, undecided, left_out }) => ({
    annotations: annotations
      .map(
        (one) =>
          `${"time_seconds" in one ? one.time_seconds : `${one.start_seconds}-${one.end_seconds}`} s ${one.label ?? "?"}`,
      )
      .join("; "),
    ...Object.fromEntries(
      Object.entries(counts).map(([label, count]) => [nameColumn(`count_${label}`), count]),
    ),
    undecided,
    left_out,
  }),
};

/** How many labels that were not found are named. */
const MOST = 4;

export const hasWindows = ({ output }: Model) => output.time.kind === "windows";

/** The labels that an answer lists, in the order of the manifest. */
export const listLabels = ({ output }: Model) =>
  output.labels.filter((label) => label !== output.background);

function Verdict({ model, output }: Props) {
  const { steps, undecided, start_seconds, end_seconds } = output;
  const which = hasWindows(model) ? "windows" : "beats";
  const among = t(`annotations.${which}`, { count: steps, value: formatCount(steps) });
  if (!steps)
    return (
      <div class="told">
        <p class="verdict">{t(`annotations.no_${which}`)}</p>
      </div>
    );
  const labels = listLabels(model);
  const found = labels.filter((label) => output.counts[label]);
  const span = (end_seconds ?? 0) - (start_seconds ?? 0);
  return (
    <div class="told">
      <p class="verdict">
        {found.length ? tellFound(model, output, found) : tellNone(model, among)}
      </p>
      <p class="rank">
        {t("annotations.judged", {
          among,
          from: formatClock(start_seconds ?? 0, span),
          to: formatClock(end_seconds ?? 0, span),
        })}{" "}
        {undecided > 0 &&
          t(`annotations.undecided_${which}`, { count: undecided, value: formatCount(undecided) })}
      </p>
      {!found.length && <p class="interval">{t("annotations.none_means")}</p>}
    </div>
  );
}

const tellFound = (model: Model, { counts }: Annotations, found: string[]) =>
  found.map((label, i) => (
    <span key={label}>
      {i > 0 && " · "}
      {translate(model, label)} {formatCount(counts[label] ?? 0)}
    </span>
  ));

function tellNone(model: Model, among: string): string {
  const labels = listLabels(model).map((label) => translate(model, label));
  if (labels.length > MOST) return t("annotations.none_of", { count: labels.length, among });
  return t("annotations.none", { labels: labels.join(t("classes.or")), among });
}

/** What an answer says, and what it is an answer to if that can be drawn. */
export type Told = Pick<Props, "model" | "output" | "recording">;

function Answer({ model, output, recording }: Props) {
  const [Drawn, setDrawn] = useState<ComponentType<Told>>();
  useEffect(() => {
    import("./TimeBand").then(({ Timeline }) => setDrawn(() => Timeline));
  }, []);
  return Drawn ? <Drawn key={output.annotations} {...{ model, output, recording }} /> : null;
}
