// A chart with its name, and the table behind it.
import type { ComponentChildren } from "preact";
import { t } from "../language";

export function Figure(props: {
  title: string;
  head: string[];
  rows: ComponentChildren[][];
  children: ComponentChildren;
}) {
  return (
    <figure class="figure">
      <figcaption>{props.title}</figcaption>
      {props.children}
      <details>
        <summary>{t("figure.table")}</summary>
        <DataTable caption={props.title} head={props.head} rows={props.rows} />
      </details>
    </figure>
  );
}

/** A table whose first column names the rows; it scrolls by itself where the screen is narrow. */
export function DataTable(props: {
  caption: string;
  head: ComponentChildren[];
  rows: ComponentChildren[][];
  /** For its looks. */
  class?: string;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label={props.caption}>
      <table class={props.class}>
        <caption class="unseen">{props.caption}</caption>
        <thead>
          <tr>
            {props.head.map((name, i) => (
              <th scope="col" key={i}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) =>
                j === 0 ? (
                  <th scope="row" key={j}>
                    {cell}
                  </th>
                ) : (
                  <td key={j}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
