// Figures with their intervals, one below the other on one axis, against what they should be.
import { scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";
import { t } from "../language";
import type { Estimate } from "../manifest";

/** Draws `figures` between `domain`; `target`, if there is one, is the value that was promised. */
export function Ranges<Figure extends Estimate>(props: {
  caption: string;
  figures: Figure[];
  name: (figure: Figure) => ComponentChildren;
  write: (figure: Figure) => string;
  domain: [number, number];
  target?: number;
}) {
  const place = scaleLinear(props.domain, [0, 100]).clamp(true);
  return (
    <table class="bars ranges">
      <caption>{props.caption}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{t("card.column_group")}</th>
          <th scope="col">{t("card.column_value")}</th>
        </tr>
      </thead>
      <tbody>
        {props.figures.map((figure, i) => (
          <tr key={i}>
            <th scope="row">{props.name(figure)}</th>
            <td>
              <span class="track" aria-hidden="true">
                {props.target !== undefined && (
                  <span class="target-line" style={{ left: `${place(props.target)}%` }} />
                )}
                <span
                  class="extent"
                  style={{
                    left: `${place(figure.low)}%`,
                    width: `${place(figure.high) - place(figure.low)}%`,
                  }}
                />
                <span class="point" style={{ left: `${place(figure.value)}%` }} />
              </span>
              <span class="value">{props.write(figure)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
