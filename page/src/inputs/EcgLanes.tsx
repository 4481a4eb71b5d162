// What an answer says of the times of a recording: lanes below its leads, on the same axis of time,
// which stay in sight however far down the leads go.
import type { Labelled, Span } from "../rooms";
import { formatTick } from "../times";
import { END, MARGIN, MM_PER_SECOND } from "./ecg";

const LANE = 7; // mm
const BOX = 5; // mm, for a sign
const LINE = 0.8; // mm, a moment

const place = (seconds: number) => MARGIN + seconds * MM_PER_SECOND;

export function EcgLanes(props: {
  labelled: Labelled;
  seconds: number;
  /** What is drawn of it. */
  seen: Span;
  /** Of the paper, in mm. */
  width: number;
  style: Record<string, string | number>;
}) {
  const { labelled, seconds, seen, width } = props;
  const { lanes, judged, chosen } = labelled;
  const unjudged: Span[] = [
    { from: 0, to: judged.from },
    { from: Math.min(judged.to, seconds), to: seconds },
  ];
  const height = lanes.length * LANE + END;
  return (
    <svg class="lanes" aria-hidden="true" viewBox={`0 0 ${width} ${height}`} style={props.style}>
      <rect class="lane-ground" width={width} height={height} />
      {lanes.map(({ sign, colour, spans }, i) => {
        const y = i * LANE;
        return (
          <g key={sign} class={`ecg-lane ${colour}`}>
            {unjudged.map(
              ({ from, to }) =>
                to > from && (
                  <rect
                    class="unjudged"
                    key={from}
                    x={place(from)}
                    y={y + 0.5}
                    width={(to - from) * MM_PER_SECOND}
                    height={LANE - 1}
                  />
                ),
            )}
            <text class="lane-sign" x={1} y={y + 5.2}>
              {sign}
            </text>
            {spans.map((span, j) =>
              span.to < seen.from || span.from > seen.to ? null : (
                <Mark
                  key={span.from}
                  span={span}
                  sign={sign}
                  room={(findGap(spans, j) ?? seconds) * MM_PER_SECOND}
                  isChosen={span === chosen}
                  y={y + 1}
                  onChoose={() => labelled.onChoose(span)}
                />
              ),
            )}
          </g>
        );
      })}
      <ChosenTime chosen={chosen} height={height - END} />
      <Seconds seen={seen} of={seconds} y={height - 1.5} />
    </svg>
  );
}

/** The axis of time. */
export function Seconds({ seen, of, y }: { seen: Span; of: number; y: number }) {
  const count = Math.floor(Math.min(seen.to, of)) - seen.from + 1;
  return (
    <>
      {Array.from({ length: count }, (_, i) => seen.from + i).map((second) => (
        <text class="time" text-anchor="middle" key={second} x={place(second)} y={y}>
          {formatTick(second, of)}
        </text>
      ))}
    </>
  );
}

/** What is chosen, over the leads and all lanes. */
export function ChosenTime({ chosen, height }: { chosen: Span | undefined; height: number }) {
  if (!chosen) return null;
  const width = Math.max((chosen.to - chosen.from) * MM_PER_SECOND, LINE);
  const left = place((chosen.from + chosen.to) / 2) - width / 2;
  return <rect class="chosen-time" x={left - 0.6} y={0} width={width + 1.2} height={height} />;
}

/** To the nearest moment beside one among others, in seconds. */
function findGap(spans: Span[], j: number): number | undefined {
  const [before, own, after] = [spans[j - 1], spans[j], spans[j + 1]];
  if (!own) return undefined;
  const gaps = [before && own.from - before.to, after && after.from - own.to];
  return Math.min(...gaps.filter((gap) => gap !== undefined), Number.POSITIVE_INFINITY);
}

function Mark(props: {
  span: Span;
  sign: string;
  /** Millimetres to the next. */
  room: number;
  isChosen: boolean;
  y: number;
  onChoose: () => void;
}) {
  const { span, sign, room, isChosen, y } = props;
  const long = (span.to - span.from) * MM_PER_SECOND;
  const width = long > 0 ? Math.max(long, LINE) : room >= BOX + 1 ? BOX : LINE;
  const x = place((span.from + span.to) / 2) - width / 2;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a pointer's way; the keyboard has the buttons and the table
    <g class={isChosen ? "ecg-mark is-chosen" : "ecg-mark"} onClick={props.onChoose}>
      <rect x={x} y={y} width={width} height={LANE - 2} rx={0.6} />
      {width >= BOX && (
        <text x={x + width / 2} y={y + 3.8} text-anchor="middle">
          {sign}
        </text>
      )}
    </g>
  );
}
