// When each label is: below what was recorded or, where nothing was, a lane per label on one axis of
// time; and the same as a table.
import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { Bars } from "../charts/Bars";
import { useWidth } from "../charts/Plot";
import type { Annotations } from "../contract";
import { formatCount, formatPercent, Told as Translated, t } from "../language";
import type { Labelled, Span } from "../rooms";
import { formatTick, listTicks } from "../times";
import { AnnotationList } from "./AnnotationList";
import { hasWindows, type Model, type Told } from "./annotations";
import {
  findJudged,
  listFound,
  listMarks,
  type Mark,
  nameColour,
  nameLabel,
  signLabels,
  tellWhen,
} from "./marks";

type Scale = ScaleLinear<number, number>;

const LANE = 26;
const AXIS = 26;
/** Pixels that the least of marks is wide, and that a sign needs. */
const LEAST = 3;
const SIGN = 18;
const CLOSEST = 2; // seconds that are seen at most zoom
const LONG = 30; // seconds of a recording, of which more is out of sight than is seen

export function Timeline({ model, output, recording }: Told) {
  const [chosen, setChosen] = useState<number>();
  if (!output.steps) return null;
  const marks = listMarks(output);
  const whole = Math.max(output.end_seconds ?? 0, marks.at(-1)?.to ?? 0) || 1;
  const choose = (place: number) =>
    setChosen(Math.min(Math.max(place, 0), Math.max(marks.length - 1, 0)));
  const step = (by: number) => choose(chosen === undefined ? 0 : chosen + by);
  const shared = { model, output, marks, whole, chosen, step };
  if (!marks.length) return <Counts model={model} output={output} />;
  return (
    <>
      {recording && whole > LONG && <TimeBand {...shared} overview />}
      {recording ? (
        recording.draw(
          label(shared, choose, whole > LONG ? null : <Signs {...shared} />),
          whole > LONG ? null : <TimeBand {...shared} />,
        )
      ) : (
        <TimeBand {...shared} />
      )}
      <AnnotationList {...{ model, marks, whole, chosen }} onChoose={choose} />
      <Counts model={model} output={output} />
    </>
  );
}

/** The lanes of a recording. */
function label(props: Shown, choose: (place: number) => void, legend: VNode | null): Labelled {
  const { model, output, marks, chosen, step } = props;
  const signs = signLabels(model);
  return {
    title: t("annotations.figure"),
    lanes: listFound(model, marks).map((one) => ({
      sign: signs.get(one) ?? "",
      colour: nameColour(model, one),
      spans: marks.filter((mark) => mark.label === one),
    })),
    judged: findJudged(output, marks),
    chosen: chosen === undefined ? undefined : marks[chosen],
    onChoose: (span) => choose(marks.indexOf(span as Mark)),
    onStep: step,
    legend,
  };
}

interface Shown {
  model: Model;
  output: Annotations;
  marks: Mark[];
  /** Seconds of the whole. */
  whole: number;
  chosen: number | undefined;
  step: (by: number) => void;
}

/** What the signs below a recording stand for, and the way through them. */
function Signs(props: Shown) {
  const { model, marks, output } = props;
  const signs = signLabels(model);
  return (
    <div class="timeline">
      <ul class="signs">
        {listFound(model, marks).map((one) => (
          <li key={one} class={nameColour(model, one)}>
            <span class="sign">{signs.get(one)}</span> <LabelName of={model} label={one} />{" "}
            {formatCount(count(output, one))}
          </li>
        ))}
      </ul>
      <Walk {...props} />
    </div>
  );
}

const count = ({ counts, undecided }: Annotations, label: string | null) =>
  label === null ? undecided : (counts[label] ?? 0);

const LabelName = (props: { of: Model; label: string | null }) =>
  props.label === null ? (
    <span>{t("annotations.undecided")}</span>
  ) : (
    <Translated of={props.of} text={props.label} />
  );

/** From label to label, and which one it is. */
function Walk(props: Shown & { children?: ComponentChildren }) {
  const { model, output, marks, whole, chosen, step } = props;
  const mark = chosen === undefined ? undefined : marks[chosen];
  return (
    <>
      <div class="timeline-keys">
        <button type="button" class="quiet" disabled={chosen === 0} onClick={() => step(-1)}>
          {t("annotations.previous")}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={chosen === marks.length - 1}
          onClick={() => step(1)}
        >
          {t("annotations.next")}
        </button>
        {props.children}
        <p aria-live="polite">
          {mark &&
            t("annotations.chosen", {
              place: formatCount((chosen ?? 0) + 1),
              of: formatCount(marks.length),
              label: nameLabel(model, mark.label),
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
    </>
  );
}

/** All of it across the width; closer in, where nothing else is. */
function TimeBand(props: Shown & { overview?: boolean }) {
  const { model, output, marks, whole, chosen, overview } = props;
  const [zoom, setZoom] = useState(1);
  const { ref, width } = useWidth();
  const mark = chosen === undefined ? undefined : marks[chosen];
  const view = findView(whole, zoom, mark);
  const x = scaleLinear([view.from, view.to], [1, width - 1]);
  const lanes = listFound(model, marks);
  const signs = signLabels(model);
  const most = whole / CLOSEST;
  return (
    <figure class="figure timeline">
      <figcaption>{t("annotations.figure")}</figcaption>
      <div role="img" aria-label={tellLanes(model, output, lanes)}>
        {lanes.map((label) => (
          <div class={`lane ${nameColour(model, label)}`} key={label}>
            <p class="lane-label">
              <span class="sign">{signs.get(label)}</span> <LabelName of={model} label={label} />
            </p>
            <div>
              <Lane
                {...{ x, width, whole, mark }}
                judged={findJudged(output, marks)}
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
      <Walk {...props}>
        {!overview && (
          <>
            <button
              type="button"
              class="quiet"
              disabled={2 * zoom > most}
              onClick={() => setZoom(2 * zoom)}
            >
              {t("annotations.closer")}
            </button>
            <button
              type="button"
              class="quiet"
              disabled={zoom === 1}
              onClick={() => setZoom(zoom / 2)}
            >
              {t("annotations.wider")}
            </button>
          </>
        )}
      </Walk>
    </figure>
  );
}

/** What is seen: so many times closer, around what is chosen or the middle. */
function findView(whole: number, zoom: number, mark: Mark | undefined): Span {
  const span = whole / zoom;
  const middle = mark ? (mark.from + mark.to) / 2 : whole / 2;
  const from = Math.min(Math.max(middle - span / 2, 0), whole - span);
  return { from, to: from + span };
}

function tellLanes(model: Model, output: Annotations, lanes: (string | null)[]) {
  const told = lanes.map(
    (label) => `${nameLabel(model, label)} ${formatCount(count(output, label))}`,
  );
  return `${t("annotations.figure")}${t("believe.colon")}${told.join(" · ")}`;
}

/** Marks of one label; those on the same pixels are one. */
function Lane(props: {
  marks: Mark[];
  judged: Span;
  mark: Mark | undefined;
  isOf: boolean;
  x: Scale;
  width: number;
  whole: number;
  sign: string;
}) {
  const { marks, judged, mark, x, width, whole } = props;
  const [first = 0, last = 0] = x.range();
  const unseen: Span[] = [
    { from: 0, to: judged.from },
    { from: judged.to, to: whole },
  ];
  return (
    <svg width={width} height={LANE} viewBox={`0 0 ${width} ${LANE}`} aria-hidden="true">
      <rect class="ground" x={0} y={1} width={width} height={LANE - 2} />
      {unseen.map(({ from, to }) => {
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

function joinPixels(marks: Mark[], x: Scale): [number, number][] {
  const [first = 0, last = 0] = x.range();
  const joined: [number, number][] = [];
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

function Axis({ x, view, width }: { x: Scale; view: Span; width: number }) {
  return (
    <svg
      class="axis"
      width={width}
      height={AXIS}
      viewBox={`0 0 ${width} ${AXIS}`}
      aria-hidden="true"
    >
      {listTicks([view.from, view.to], width / 90).map((tick) => {
        const at = x(tick);
        const anchor = at < 24 ? "start" : at > width - 24 ? "end" : "middle";
        return (
          <g key={tick}>
            <line x1={at} x2={at} y1={0} y2={6} />
            <text x={at} y={20} text-anchor={anchor}>
              {formatTick(tick, view.to)}
            </text>
          </g>
        );
      })}
    </svg>
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
        name: <LabelName of={model} label={label} />,
        share: count / steps,
        text: `${formatCount(count)} (${formatPercent(count / steps)})`,
        note: label === model.output.background && (
          <span class="mark">{t("annotations.background")}</span>
        ),
      }))}
    />
  );
}
