// When each label is: a lane per label on one axis of time, and the same as a table.
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { useState } from "preact/hooks";
import { Bars } from "../charts/Bars";
import { DataTable } from "../charts/Figure";
import { useWidth } from "../charts/Plot";
import type { Annotations } from "../contract";
import { formatCount, formatPercent, Told, t, translate } from "../language";
import { hasWindows, listLabels, type Model } from "./annotations";
import { formatExact, formatTick, listTicks } from "./times";

/** A listed annotation; a beat starts and ends at once. */
interface Mark {
  from: number;
  to: number;
  label: string | null;
  probability: number | null;
}

type View = [from: number, to: number];
type Scale = ScaleLinear<number, number>;

const LANE = 26;
const AXIS = 26;
/** Pixels that the least of marks is wide, and that a sign needs. */
const LEAST = 3;
const SIGN = 18;
const CLOSEST = 2; // seconds that are seen at most zoom
const AT_FIRST = 50; // rows
const COLOURS = 5;

/** Below what else is drawn of a record, `duration` aligns both: seconds from its start. */
export function Timeline(props: { model: Model; output: Annotations; duration?: number }) {
  const { model, output } = props;
  const [chosen, setChosen] = useState<number>();
  if (!output.steps) return null;
  const whole: View = [0, Math.max(props.duration ?? 0, output.end_seconds ?? 0) || 1];
  const marks = listMarks(output);
  return (
    <>
      {marks.length > 0 && (
        <>
          <TimeBand {...{ model, output, marks, whole, chosen, setChosen }} />
          <List {...{ model, output, marks, whole, chosen }} />
        </>
      )}
      <Counts model={model} output={output} />
    </>
  );
}

const listMarks = ({ annotations }: Annotations): Mark[] =>
  annotations.map((one) => ({
    label: one.label,
    probability: one.probability,
    from: "time_seconds" in one ? one.time_seconds : one.start_seconds,
    to: "time_seconds" in one ? one.time_seconds : one.end_seconds,
  }));

/** What stands for a label where its name has no room: its alias or itself if short, else a letter. */
function signLabels({ output }: Model): Map<string | null, string> {
  const short = output.labels.map((label, i) => output.aliases?.[i] ?? label);
  const fits = short.every((one) => one.length <= 3) && new Set(short).size === short.length;
  const named = output.labels.map((label, i): [string | null, string] => [
    label,
    fits ? (short[i] ?? "") : String.fromCharCode(65 + (i % 26)),
  ]);
  return new Map([...named, [null, "?"]]);
}

const nameColour = (model: Model, label: string | null) =>
  label === null ? "undecided" : `colour-${listLabels(model).indexOf(label) % COLOURS}`;

interface BandProps {
  model: Model;
  output: Annotations;
  marks: Mark[];
  whole: View;
  chosen: number | undefined;
  setChosen: (chosen: number | undefined) => void;
}

function TimeBand(props: BandProps) {
  const { model, output, marks, whole, chosen, setChosen } = props;
  const [zoom, setZoom] = useState(1);
  const { ref, width } = useWidth();
  const mark = chosen === undefined ? undefined : marks[chosen];
  const view = findView(whole, zoom, mark);
  const x = scaleLinear(view, [1, width - 1]);
  const lanes = [...listLabels(model), null].filter((label) =>
    marks.some((one) => one.label === label),
  );
  const signs = signLabels(model);
  const most = whole[1] / CLOSEST;
  const move = (by: number) =>
    setChosen(Math.min(Math.max(chosen === undefined ? 0 : chosen + by, 0), marks.length - 1));
  return (
    <figure class="figure timeline">
      <figcaption>{t("annotations.figure")}</figcaption>
      <div role="img" aria-label={tellLanes(model, output, lanes)}>
        {lanes.map((label) => (
          <div class={`lane ${nameColour(model, label)}`} key={label}>
            <p class="lane-label">
              <span class="sign">{signs.get(label)}</span>{" "}
              {label === null ? t("annotations.undecided") : <Told of={model} text={label} />}
            </p>
            <div>
              <Lane
                {...{ output, x, width, whole, mark }}
                marks={marks.filter((one) => one.label === label)}
                isOf={mark !== undefined && mark.label === label}
                sign={signs.get(label) ?? ""}
              />
            </div>
          </div>
        ))}
        <div class="lane">
          <p class="lane-label axis-name">{t("annotations.axis")}</p>
          <div ref={ref}>
            <Axis x={x} view={view} width={width} />
          </div>
        </div>
      </div>
      <div class="timeline-keys">
        <button type="button" class="quiet" disabled={chosen === 0} onClick={() => move(-1)}>
          {t("annotations.previous")}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={chosen === marks.length - 1}
          onClick={() => move(1)}
        >
          {t("annotations.next")}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={2 * zoom > most}
          onClick={() => setZoom(2 * zoom)}
        >
          {t("annotations.closer")}
        </button>
        <button type="button" class="quiet" disabled={zoom === 1} onClick={() => setZoom(zoom / 2)}>
          {t("annotations.wider")}
        </button>
        <p aria-live="polite">
          {mark &&
            t("annotations.chosen", {
              place: formatCount((chosen ?? 0) + 1),
              of: formatCount(marks.length),
              label:
                mark.label === null ? t("annotations.undecided") : translate(model, mark.label),
              when: tellWhen(mark, whole),
            })}
        </p>
      </div>
      {output.left_out > 0 && (
        <p class="help">
          {t("annotations.left_out", {
            listed: formatCount(marks.length),
            count: output.left_out,
            value: formatCount(output.left_out),
            to: tellWhen(marks.at(-1), whole),
          })}
        </p>
      )}
    </figure>
  );
}

/** What is seen: so many times closer, around what is chosen or the middle. */
function findView([first, last]: View, zoom: number, mark: Mark | undefined): View {
  const span = (last - first) / zoom;
  const middle = mark ? (mark.from + mark.to) / 2 : (first + last) / 2;
  const from = Math.min(Math.max(middle - span / 2, first), last - span);
  return [from, from + span];
}

function tellLanes(model: Model, { counts, undecided }: Annotations, lanes: (string | null)[]) {
  const told = lanes.map((label) =>
    label === null
      ? `${t("annotations.undecided")} ${formatCount(undecided)}`
      : `${translate(model, label)} ${formatCount(counts[label] ?? 0)}`,
  );
  return `${t("annotations.figure")}${t("believe.colon")}${told.join(" · ")}`;
}

function tellWhen(mark: Mark | undefined, [, last]: View): string {
  if (!mark) return "";
  const from = formatExact(mark.from, last);
  return mark.from === mark.to ? from : `${from} – ${formatExact(mark.to, last)}`;
}

/** Marks of one label; those on the same pixels are one. */
function Lane(props: {
  output: Annotations;
  marks: Mark[];
  mark: Mark | undefined;
  isOf: boolean;
  x: Scale;
  width: number;
  whole: View;
  sign: string;
}) {
  const { output, marks, mark, x, width, whole } = props;
  const [first, last] = x.range() as View;
  const end = output.left_out ? listMarks(output).at(-1)?.to : output.end_seconds;
  const unseen: View[] = [
    [0, output.start_seconds ?? 0],
    [end ?? 0, whole[1]],
  ];
  return (
    <svg width={width} height={LANE} viewBox={`0 0 ${width} ${LANE}`} aria-hidden="true">
      <rect class="ground" x={0} y={1} width={width} height={LANE - 2} />
      {unseen.map(([from, to]) => {
        const [left, right] = [Math.max(x(from), first), Math.min(x(to), last)];
        return (
          right > left && (
            <rect
              class="unjudged"
              key={from}
              x={left}
              y={1}
              width={right - left}
              height={LANE - 2}
            />
          )
        );
      })}
      {joinPixels(marks, x).map(([left, right]) => (
        <g key={left} class="mark-of-label">
          <rect x={left} y={3} width={right - left} height={LANE - 6} />
          {right - left >= SIGN && (
            <text
              x={(Math.max(left, first) + Math.min(right, last)) / 2}
              y={LANE / 2 + 4}
              text-anchor="middle"
            >
              {props.sign}
            </text>
          )}
        </g>
      ))}
      {mark && (
        <rect
          class={props.isOf ? "chosen of-label" : "chosen"}
          x={x(mark.from) - 1.5}
          y={props.isOf ? 1 : 0}
          width={Math.max(x(mark.to) - x(mark.from), 0) + 3}
          height={props.isOf ? LANE - 2 : LANE}
        />
      )}
    </svg>
  );
}

function joinPixels(marks: Mark[], x: Scale): View[] {
  const [first, last] = x.range() as View;
  const joined: View[] = [];
  for (const { from, to } of marks) {
    const left = Math.max(Math.min(x(from), x(to) - LEAST / 2, last), first - 1);
    const right = Math.min(Math.max(x(to), x(from) + LEAST / 2), last + 1);
    if (x(to) < first || x(from) > last) continue;
    const before = joined.at(-1);
    if (before && left - before[1] < 1) before[1] = Math.max(before[1], right);
    else joined.push([left, right]);
  }
  return joined;
}

function Axis({ x, view, width }: { x: Scale; view: View; width: number }) {
  const [, to] = view;
  return (
    <svg
      class="axis"
      width={width}
      height={AXIS}
      viewBox={`0 0 ${width} ${AXIS}`}
      aria-hidden="true"
    >
      {listTicks(view, width / 90).map((tick) => {
        const at = x(tick);
        const anchor = at < 24 ? "start" : at > width - 24 ? "end" : "middle";
        return (
          <g key={tick}>
            <line x1={at} x2={at} y1={0} y2={6} />
            <text x={at} y={20} text-anchor={anchor}>
              {formatTick(tick, to)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function List(props: Omit<BandProps, "setChosen">) {
  const { model, marks, whole, chosen } = props;
  const [shown, setShown] = useState(AT_FIRST);
  const signs = signLabels(model);
  const left = marks.length - shown;
  const until = Math.max(shown, (chosen ?? 0) + 1);
  return (
    <>
      <DataTable
        class="annotation-list"
        caption={t("annotations.list")}
        head={[
          t(hasWindows(model) ? "annotations.from_to" : "annotations.time"),
          t("annotations.label"),
          t("annotations.probability"),
        ]}
        rows={marks.slice(0, until).map((mark, i) => [
          <span class={i === chosen ? "when is-chosen" : "when"}>
            {tellWhen(mark, whole)}
            {i === chosen && <span class="unseen"> {t("annotations.is_chosen")}</span>}
          </span>,
          <span class={nameColour(model, mark.label)}>
            <span class="sign" aria-hidden="true">
              {signs.get(mark.label)}
            </span>{" "}
            {mark.label === null ? (
              t("annotations.undecided")
            ) : (
              <Told of={model} text={mark.label} />
            )}
          </span>,
          mark.probability === null ? "–" : formatPercent(mark.probability),
        ])}
      />
      {left > 0 && (
        <p>
          <button type="button" class="quiet" onClick={() => setShown(shown + AT_FIRST)}>
            {t("annotations.more", { count: left, value: formatCount(left) })}
          </button>
        </p>
      )}
    </>
  );
}

function Counts({ model, output }: { model: Model; output: Annotations }) {
  const { counts, undecided, steps } = output;
  const named = [...Object.entries(counts), ...(undecided ? [[null, undecided] as const] : [])];
  return (
    <Bars
      caption={t(hasWindows(model) ? "annotations.counts_windows" : "annotations.counts_beats")}
      head={[t("annotations.label"), t("annotations.count")]}
      bars={named.map(([label, count]) => ({
        name: label === null ? t("annotations.undecided") : <Told of={model} text={label} />,
        share: count / steps,
        text: `${formatCount(count)} (${formatPercent(count / steps)})`,
        note: label === model.output.background && (
          <span class="mark">{t("annotations.background")}</span>
        ),
      }))}
    />
  );
}
