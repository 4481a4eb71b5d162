// A figure with its interval on an axis; observed on people, so it has the colour of what is observed.
import { scaleLinear } from "d3-scale";
import type { Estimate } from "../manifest";

export type Domain = [number, number];

/** From the least to the greatest end, with what else must be in sight; round at both ends. */
export function span(figures: Estimate[], ...also: number[]): Domain {
  const low = Math.min(...figures.map((one) => one.low), ...also);
  const high = Math.max(...figures.map((one) => one.high), ...also);
  return scaleLinear([low, high === low ? low + 1 : high], [0, 1])
    .nice(4)
    .domain() as Domain;
}

/** `own`: of the model itself, whose mark is filled; `target`: where it should be. */
export function Track(props: {
  figure: Estimate;
  domain: Domain;
  target?: number | undefined;
  own?: boolean;
}) {
  const { figure, target } = props;
  const place = scaleLinear(props.domain, [0, 100]).clamp(true);
  const [left, right] = [place(figure.low), place(figure.high)];
  return (
    <span class={props.own === false ? "track other" : "track"} aria-hidden="true">
      {target !== undefined && <span class="target-line" style={{ left: `${place(target)}%` }} />}
      <span class="extent" style={{ left: `${left}%`, width: `${right - left}%` }} />
      <span class="point" style={{ left: `${place(figure.value)}%` }} />
    </span>
  );
}
