// Bars in a table: what a reader of the screen hears is what the bars show.
import type { ComponentChildren } from "preact";

export interface Bar {
  name: ComponentChildren;
  /** Where the bar ends, -1 to 1; it starts at 0. */
  share: number;
  text: string;
  note?: ComponentChildren;
}

export function Bars(props: {
  caption: string;
  head: [string, string];
  bars: Bar[];
  /** Whether bars go to both sides. */
  signed?: boolean;
}) {
  const signed = props.signed ?? false;
  return (
    <table class={signed ? "bars two-sided" : "bars"}>
      <caption>{props.caption}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{props.head[0]}</th>
          <th scope="col">{props.head[1]}</th>
        </tr>
      </thead>
      <tbody>
        {props.bars.map((bar, i) => (
          <tr key={i}>
            <th scope="row">
              {bar.name} {bar.note}
            </th>
            <td>
              <span class="track" aria-hidden="true">
                <span
                  class={bar.share < 0 ? "bar down" : "bar up"}
                  style={place(bar.share, signed)}
                />
              </span>
              <span class="value">{bar.text}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function place(share: number, signed: boolean) {
  const width = Math.min(1, Math.abs(share)) * (signed ? 50 : 100);
  const left = signed ? (share < 0 ? 50 - width : 50) : 0;
  return { left: `${left}%`, width: `${width}%` };
}
