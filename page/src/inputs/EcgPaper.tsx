// Leads one below the other as on ECG paper: 25 mm/s and 10 mm/mV, squares of 1 and of 5 mm.
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import { formatNumber, t } from "../language";
import { withUnit } from "../units";
import type { PaperProps, Samples } from "./Recording";

const MM_PER_SECOND = 25;
const MM_PER_MV = 10;
const MM_PER: Record<string, number> = { mV: MM_PER_MV, uV: MM_PER_MV / 1000, V: MM_PER_MV * 1000 };
const MARGIN = 17; // mm, for the name and the pulse
const LEAST_ROW = 15; // mm
const MOST_ROW = 45;
const LARGE = 5; // mm of a large square
const PX_PER_MM = 2.4; // at least, before it is zoomed
const ZOOMS = [1, 1.5, 2, 3, 4, 6];
const BINS_PER_MM = 10; // more samples are drawn as their lowest and highest

interface Lead {
  name: string;
  values: Float32Array;
  low: number;
  high: number;
}

export function EcgPaper({ shown, title, heat }: PaperProps) {
  const [zoom, setZoom] = useState(0);
  const stage = useRef<HTMLElement>(null);
  const centre = useRef(0);
  const id = useId();
  const leads = useMemo(() => decode(shown), [shown]);
  const scale = MM_PER[shown.unit] ?? fit(leads);
  const seconds = (leads[0]?.values.length ?? 0) / shown.sampling_rate;
  const width = MARGIN + seconds * MM_PER_SECOND + 6;
  const rows = useMemo(() => place(leads, scale), [leads, scale]);
  const height = rows.height + 6;
  const paths = useMemo(
    () => leads.map((lead) => trace(lead.values, shown.sampling_rate, scale)),
    [leads, scale],
  );
  const times = ZOOMS[zoom] ?? 1;
  const change = (next: number) => {
    const box = stage.current;
    if (box) centre.current = (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth;
    setZoom(Math.max(0, Math.min(ZOOMS.length - 1, next)));
  };
  useLayoutEffect(() => {
    const box = stage.current;
    if (box && zoom) box.scrollLeft = centre.current * box.scrollWidth - box.clientWidth / 2;
  }, [zoom]);
  const largest = Math.max(
    ...(heat?.leads ?? []).flatMap(({ lost }) => lost.map(Math.abs)),
    Number.EPSILON,
  );
  const scaled = shown.unit in MM_PER;
  return (
    <figure class="figure ecg">
      <figcaption>{title}</figcaption>
      <p class="tools">
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
      </p>
      <section
        class="paper"
        ref={stage}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={title}
        aria-describedby={`${id}-keys`}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const step = { "+": zoom + 1, "=": zoom + 1, "-": zoom - 1, "0": 0 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          change(step);
        }}
      >
        <svg
          role="img"
          aria-label={title}
          viewBox={`0 0 ${width} ${height}`}
          style={{ width: `${times * 100}%`, minWidth: `${width * PX_PER_MM * times}px` }}
        >
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
          {leads.map((lead, i) => {
            const row = rows.rows[i] ?? { top: 0, base: 0, size: 0 };
            const lost = heat?.leads.find((one) => one.lead === lead.name)?.lost ?? [];
            return (
              <g key={lead.name}>
                {lost.map((value, j) => (
                  <rect
                    key={j}
                    class={value < 0 ? "down" : "up"}
                    style={{ opacity: 0.55 * (Math.abs(value) / largest) }}
                    x={MARGIN + j * (heat?.seconds ?? 0) * MM_PER_SECOND}
                    y={row.top}
                    width={
                      Math.min(heat?.seconds ?? 0, seconds - j * (heat?.seconds ?? 0)) *
                      MM_PER_SECOND
                    }
                    height={row.size}
                  />
                ))}
                {scaled && (
                  <path
                    class="trace"
                    d={`M9 ${row.base}h1v${-MM_PER_MV}h${LARGE}v${MM_PER_MV}h1`}
                  />
                )}
                <path
                  class="trace"
                  transform={`translate(${MARGIN} ${row.base})`}
                  d={paths[i] ?? ""}
                />
                <text x={1} y={row.base - 1}>
                  {lead.name}
                </text>
              </g>
            );
          })}
          {Array.from({ length: Math.floor(seconds) + 1 }, (_, i) => (
            <text class="time" key={i} x={MARGIN + i * MM_PER_SECOND} y={height - 1.5}>
              {i} s
            </text>
          ))}
        </svg>
      </section>
      <p class="help" id={`${id}-keys`}>
        {t(scaled ? "waveform.scale" : "waveform.scale_fit")} {t("waveform.layout")}{" "}
        {t("waveform.keys")}
      </p>
      {heat && (
        <ul class="legend worth">
          <li class="key-for">{t("waveform.for")}</li>
          <li class="key-against">{t("waveform.against")}</li>
        </ul>
      )}
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
    </figure>
  );
}

/** The samples of every lead. */
function decode({ leads }: Samples): Lead[] {
  return Object.entries(leads).map(([name, { int16, gain }]) => {
    const bytes = Uint8Array.from(atob(int16), (sign) => sign.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const values = Float32Array.from(
      { length: bytes.length / 2 },
      (_, i) => view.getInt16(2 * i, true) * gain,
    );
    const [low, high] = values.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [0, 0],
    );
    return { name, values, low, high };
  });
}

/** Millimetres of a unit that is no voltage: what moves most is two large squares high. */
function fit(leads: Lead[]): number {
  const widest = Math.max(...leads.map(({ low, high }) => high - low), Number.EPSILON);
  return (2 * LARGE) / widest;
}

/** Where each row begins, where its lead is 0, and how high it is, in mm on the large squares. */
function place(leads: Lead[], scale: number) {
  let top = LARGE;
  const rows = leads.map(({ low, high }) => {
    const above = Math.min(high * scale, MOST_ROW / 2);
    const below = Math.min(-low * scale, MOST_ROW / 2);
    const up = LARGE * Math.ceil(Math.max(above, MM_PER_MV) / LARGE);
    const size = Math.max(up + LARGE * Math.ceil(Math.max(below, 1) / LARGE), LEAST_ROW);
    const row = { top, base: top + up, size };
    top += size;
    return row;
  });
  return { rows, height: top + LARGE };
}

/** A line from sample to sample in mm; of many in one place the lowest and the highest. */
function trace(values: Float32Array, rate: number, scale: number): string {
  const per = Math.max(1, Math.floor(rate / (MM_PER_SECOND * BINS_PER_MM)));
  const points: string[] = [];
  const write = (i: number) =>
    points.push(
      `${((i / rate) * MM_PER_SECOND).toFixed(2)} ${(-(values[i] ?? 0) * scale).toFixed(2)}`,
    );
  for (let i = 0; i < values.length; i += per) {
    const end = Math.min(i + per, values.length);
    let [lowest, highest] = [i, i];
    for (let j = i; j < end; j++) {
      if ((values[j] ?? 0) < (values[lowest] ?? 0)) lowest = j;
      if ((values[j] ?? 0) > (values[highest] ?? 0)) highest = j;
    }
    for (const place of new Set([Math.min(lowest, highest), Math.max(lowest, highest)]))
      write(place);
  }
  return `M${points.join("L")}`;
}
