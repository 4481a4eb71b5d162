// A plane with two axes, as wide as there is room; what is drawn on it is the caller's.
import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Axis {
  domain: [number, number];
  label: string;
  format: (value: number) => string;
  ticks?: number;
}

export interface Scales {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
}

const LEFT = 52;
const BOTTOM = 44;
const RIGHT = 20;
/** Above the plane, with the name of its upright axis and without. */
const TOP = { named: 30, bare: 10 };

/** The width of an element in pixels, followed as it changes. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const follow = () => setWidth(Math.max(240, Math.round(element.clientWidth)));
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    follow();
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

export function Plot(props: {
  /** What a screen reader says of it. */
  label: string;
  x: Axis;
  y: Axis;
  height?: number;
  children: (scales: Scales) => ComponentChildren;
}) {
  const { ref, width } = useWidth();
  const height = props.height ?? 280;
  const top = props.y.label ? TOP.named : TOP.bare;
  const x = scaleLinear(props.x.domain, [LEFT, width - RIGHT]);
  const y = scaleLinear(props.y.domain, [height - BOTTOM, top]);
  const xTicks = x.ticks(props.x.ticks ?? Math.max(2, Math.round(width / 90)));
  const yTicks = y.ticks(props.y.ticks ?? 5);
  return (
    <div class="plot" ref={ref}>
      <svg
        role="img"
        aria-label={props.label}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
      >
        <g class="axis">
          {yTicks.map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line x1={LEFT} x2={width - RIGHT} />
              <text x={LEFT - 8} dy="0.32em" text-anchor="end">
                {props.y.format(tick)}
              </text>
            </g>
          ))}
          {xTicks.map((tick) => (
            <g key={tick} transform={`translate(${x(tick)} ${height - BOTTOM})`}>
              <line y2={5} class="tick" />
              <text y={19} text-anchor="middle">
                {props.x.format(tick)}
              </text>
            </g>
          ))}
          <text text-anchor="middle" x={(LEFT + width - RIGHT) / 2} y={height - 6}>
            {props.x.label}
          </text>
          <text y={14}>{props.y.label}</text>
        </g>
        {props.children({ x, y })}
      </svg>
    </div>
  );
}
