// ECG paper: leads one below the other or as they are printed everywhere, zoomed by keyboard; below
// them what an answer says of their times. Of a long recording the stretch that is seen is drawn.
import type { RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import { formatNumber, t } from "../language";
import { recall, remember } from "../remembered";
import type { Span } from "../rooms";
import { withUnit } from "../units";
import { ChosenTime, EcgLanes, Seconds } from "./EcgLanes";
import {
  decode,
  END,
  fit,
  inColumns,
  inRows,
  LARGE,
  LAYOUTS,
  type Layout,
  type Lead,
  MARGIN,
  MM_PER,
  MM_PER_MV,
  MM_PER_SECOND,
  place,
  type Strip,
  trace,
} from "./ecg";
import type { Heat, PaperProps } from "./Recording";

const PX_PER_MM = 2.4; // at least, before it is zoomed
const ZOOMS = [1, 1.5, 2, 3, 4, 6];
const PIECE = 10; // seconds that are drawn together
const SHORT = 20; // seconds that fit a printed page

export function EcgPaper({ shown, title, heat, labelled }: PaperProps) {
  const [zoom, setZoom] = useState(0);
  const [chosenLayout, setLayout] = useLayout();
  const stage = useRef<HTMLElement>(null);
  const centre = useRef(0);
  const id = useId();
  const rate = shown.sampling_rate;
  const leads = useMemo(() => decode(shown), [shown]);
  const scale = MM_PER[shown.unit] ?? fit(leads);
  const seconds = (leads[0]?.values.length ?? 0) / rate;
  const columns = useMemo(() => inColumns(leads, seconds), [leads, seconds]);
  const layout: Layout = columns ? chosenLayout : "rows";
  const strips = useMemo(
    () => (layout === "columns" && columns ? columns : inRows(leads, seconds)),
    [leads, columns, layout],
  );
  const rows = useMemo(() => place(strips, rate, scale), [strips, scale]);
  const width = MARGIN + seconds * MM_PER_SECOND + END;
  const height = rows.height + (labelled ? 0 : END); // the lanes have the axis
  const times = ZOOMS[zoom] ?? 1;
  const wide = { "--times": times, "--least": `${width * PX_PER_MM}px` };
  const seen = useSeen(stage, seconds, width, times);
  const paths = useMemo(
    () => strips.map((strip) => trace(strip.lead.values, rate, scale, meet(strip, seen))),
    [strips, scale, seen.from, seen.to],
  );
  const change = (next: number) => {
    const box = stage.current;
    if (box) centre.current = (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth;
    setZoom(Math.max(0, Math.min(ZOOMS.length - 1, next)));
  };
  useLayoutEffect(() => {
    const box = stage.current;
    if (box && zoom) box.scrollLeft = centre.current * box.scrollWidth - box.clientWidth / 2;
  }, [zoom]);
  const chosen = labelled?.chosen;
  useLayoutEffect(() => {
    if (stage.current && chosen) bringInSight(stage.current, chosen, width);
  }, [chosen?.from, chosen?.to, zoom]);
  const scaled = shown.unit in MM_PER;
  return (
    <figure class={seconds > SHORT ? "figure ecg long" : "figure ecg"}>
      <figcaption>{title}</figcaption>
      <div class="tools">
        <button type="button" class="quiet" disabled={zoom === 0} onClick={() => change(zoom - 1)}>
          {t("waveform.smaller")}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => change(zoom + 1)}
        >
          {t("waveform.larger")}
        </button>
        <span role="status">{t("waveform.zoom", { times: formatNumber(times) })}</span>
        {columns && <LayoutSwitch layout={layout} onChange={setLayout} />}
      </div>
      <section
        class="paper"
        ref={stage}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={title}
        aria-describedby={`${id}-keys`}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const key = event.key.toLowerCase();
          const step = { "+": zoom + 1, "=": zoom + 1, "-": zoom - 1, "0": 0 }[key];
          const by = ({ n: 1, p: -1 } as const)[key];
          if (step !== undefined) change(step);
          else if (by && labelled) labelled.onStep(by);
          else return;
          event.preventDefault();
        }}
      >
        <svg role="img" aria-label={title} viewBox={`0 0 ${width} ${height}`} style={wide}>
          <Squares id={id} width={width} height={height} />
          {strips.map((strip, i) => {
            const row = rows.rows[strip.row] ?? { top: 0, base: 0, size: 0 };
            const isFirst = strip.from === 0;
            const left = MARGIN + strip.from * MM_PER_SECOND;
            return (
              <g key={`${strip.row} ${strip.lead.name}`}>
                {heat && <Worth {...{ heat, strip, row, seen }} />}
                {scaled && isFirst && (
                  <path
                    class="trace"
                    d={`M9 ${row.base}h1v${-MM_PER_MV}h${LARGE}v${MM_PER_MV}h1`}
                  />
                )}
                {!isFirst && <path class="trace" d={`M${left} ${row.base - 3}v6`} />}
                <path
                  class="trace"
                  transform={`translate(${MARGIN} ${row.base})`}
                  d={paths[i] ?? ""}
                />
                <text
                  x={isFirst ? 1 : left + 1}
                  y={isFirst ? row.base - 1 : Math.max(row.base - MM_PER_MV, row.top + 4)}
                >
                  {strip.lead.name}
                </text>
              </g>
            );
          })}
          <ChosenTime chosen={chosen} height={rows.height} />
          {!labelled && <Seconds seen={seen} of={seconds} y={height - 1.5} />}
        </svg>
        {labelled && (
          <EcgLanes labelled={labelled} seconds={seconds} seen={seen} width={width} style={wide} />
        )}
      </section>
      <p class="help" id={`${id}-keys`}>
        {t(scaled ? "waveform.scale" : "waveform.scale_fit")}{" "}
        {t(`waveform.layout_${layout}`, { seconds: formatNumber(seconds / 4) })}{" "}
        {t("waveform.keys")} {labelled && t("waveform.label_keys")}
      </p>
      {labelled?.legend}
      {heat && (
        <ul class="legend worth">
          <li class="key-for">{t("waveform.for")}</li>
          <li class="key-against">{t("waveform.against")}</li>
        </ul>
      )}
      {!labelled && <Numbers {...{ shown, title, heat, leads, seconds }} />}
    </figure>
  );
}

const listeners = new Set<(layout: Layout) => void>();

/** The layout of every paper there is, as it was chosen last. */
function useLayout() {
  const [layout, setLayout] = useState<Layout>(() => recall("ecg", LAYOUTS) ?? "rows");
  useEffect(() => {
    listeners.add(setLayout);
    return () => {
      listeners.delete(setLayout);
    };
  }, []);
  const choose = (next: Layout) => {
    remember("ecg", next);
    for (const listen of listeners) listen(next);
  };
  return [layout, choose] as const;
}

function LayoutSwitch(props: { layout: Layout; onChange: (layout: Layout) => void }) {
  return (
    <fieldset class="layouts">
      <legend class="unseen">{t("waveform.layout")}</legend>
      {LAYOUTS.map((one) => (
        <button
          type="button"
          class="quiet"
          key={one}
          aria-pressed={one === props.layout}
          onClick={() => props.onChange(one)}
        >
          {t(`waveform.${one}`)}
        </button>
      ))}
    </fieldset>
  );
}

/** Which seconds are drawn: whole pieces around what is in sight, so that few moves draw anew. */
function useSeen(
  stage: RefObject<HTMLElement | null>,
  seconds: number,
  width: number,
  times: number,
) {
  const [seen, setSeen] = useState<Span>({ from: 0, to: Math.min(seconds, 2 * PIECE) });
  useLayoutEffect(() => {
    const box = stage.current;
    if (!box) return;
    const follow = () => {
      const at = (pixels: number) =>
        ((pixels / box.scrollWidth) * width - MARGIN) / MM_PER_SECOND / PIECE;
      const from = Math.max(0, (Math.floor(at(box.scrollLeft)) - 1) * PIECE);
      const end = (Math.ceil(at(box.scrollLeft + box.clientWidth)) + 1) * PIECE;
      const to = Math.min(seconds, end);
      setSeen((now) => (now.from === from && now.to === to ? now : { from, to }));
    };
    const observer = new ResizeObserver(follow);
    observer.observe(box);
    box.addEventListener("scroll", follow, { passive: true });
    follow();
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", follow);
    };
  }, [seconds, width, times]);
  return seen;
}

const meet = (one: Span, other: Span): Span => ({
  from: Math.max(one.from, other.from),
  to: Math.min(one.to, other.to),
});

function bringInSight(box: HTMLElement, chosen: Span, width: number) {
  const per = box.scrollWidth / width;
  const [left, right] = [chosen.from, chosen.to].map((at) => (MARGIN + at * MM_PER_SECOND) * per);
  if (left === undefined || right === undefined) return;
  const edge = 2 * LARGE * per;
  if (left >= box.scrollLeft + edge && right <= box.scrollLeft + box.clientWidth - edge) return;
  const isWider = right - left > box.clientWidth - 2 * edge;
  box.scrollLeft = isWider ? left - edge : (left + right - box.clientWidth) / 2;
}

function Squares({ id, width, height }: { id: string; width: number; height: number }) {
  return (
    <>
      <defs>
        <pattern id={`${id}-small`} width="1" height="1" patternUnits="userSpaceOnUse">
          <path class="small" d="M1 0H0V1" />
        </pattern>
        <pattern id={`${id}-large`} width={LARGE} height={LARGE} patternUnits="userSpaceOnUse">
          <rect width={LARGE} height={LARGE} fill={`url(#${id}-small)`} />
          <path class="large" d={`M${LARGE} 0H0V${LARGE}`} />
        </pattern>
      </defs>
      <rect class="ground" width={width} height={height} />
      <rect width={width} height={height} fill={`url(#${id}-large)`} />
    </>
  );
}

/** What the segments of a strip are worth, behind its trace. */
function Worth(props: {
  heat: Heat;
  strip: Strip;
  row: { top: number; size: number };
  seen: Span;
}) {
  const { heat, strip, row, seen } = props;
  const largest = Math.max(...heat.leads.flatMap(({ lost }) => lost.map(Math.abs)), Number.EPSILON);
  const drawn = meet(strip, seen);
  const lost = heat.leads.find((one) => one.lead === strip.lead.name)?.lost ?? [];
  return (
    <>
      {lost.map((value, j) => {
        const part = meet({ from: j * heat.seconds, to: (j + 1) * heat.seconds }, drawn);
        return part.to <= part.from ? null : (
          <rect
            key={j}
            class={value < 0 ? "down" : "up"}
            style={{ opacity: 0.55 * (Math.abs(value) / largest) }}
            x={MARGIN + part.from * MM_PER_SECOND}
            y={row.top}
            width={(part.to - part.from) * MM_PER_SECOND}
            height={row.size}
          />
        );
      })}
    </>
  );
}

/** The same as a table. */
function Numbers(props: {
  shown: PaperProps["shown"];
  title: string;
  heat: Heat | undefined;
  leads: Lead[];
  seconds: number;
}) {
  const { shown, title, heat, leads, seconds } = props;
  return (
    <details>
      <summary>{t("figure.table")}</summary>
      {heat ? (
        <DataTable
          caption={title}
          head={[t("waveform.time"), ...heat.leads.map(({ lead }) => lead)]}
          rows={(heat.leads[0]?.lost ?? []).map((_, j) => [
            heat.span(j * heat.seconds, Math.min((j + 1) * heat.seconds, seconds)),
            ...heat.leads.map(({ lost }) => heat.write(lost[j] ?? 0)),
          ])}
        />
      ) : (
        <DataTable
          caption={title}
          head={[t("waveform.lead_name"), t("waveform.lowest"), t("waveform.highest")]}
          rows={leads.map(({ name, low, high }) => [
            name,
            withUnit(formatNumber(low, 3), shown.unit),
            withUnit(formatNumber(high, 3), shown.unit),
          ])}
        />
      )}
    </details>
  );
}
