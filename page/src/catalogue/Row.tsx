// A model of the catalogue: its question first, then for whom, how good, and where not.
import { nameKinds } from "../kinds";
import { Told, t } from "../language";
import type { Entry } from "../manifest";
import { writeRoute } from "../router";
import { Said } from "../Said";
import { Evidence } from "./Evidence";

/** `several`: whether there is another version of the same model. */
export function Row({ entry, several }: { entry: Entry; several: boolean }) {
  if (entry.status === "unavailable")
    return (
      <article class="entry unavailable panel">
        <div>
          <h3>
            {entry.id} {entry.version}
          </h3>
          <p class="doubt">
            <strong>{t("catalogue.unavailable")}</strong>{" "}
            <Said fact={entry.parts?.reason ?? {}} text={entry.reason ?? ""} />
          </p>
        </div>
      </article>
    );
  const version = several ? entry.version : undefined;
  const kinds = nameKinds(entry);
  const limits = entry.limits ?? [];
  return (
    <article class="entry panel">
      <div>
        <p class="question">{kinds.question}</p>
        <h3>
          <a href={writeRoute(entry.id, "ask", version)}>
            <Told of={entry} text={entry.title ?? entry.id} />
          </a>
        </h3>
        <p class="kinds">
          <span>
            {kinds.input} <span aria-hidden="true">→</span> {kinds.output}
          </span>
          <span class={entry.simulated ? "simulated" : undefined}>
            {t(entry.simulated ? "catalogue.simulated" : "catalogue.real")}
          </span>
          {several && <span>{entry.version}</span>}
        </p>
        <p>
          <Told of={entry} text={entry.intended_use ?? ""} />
        </p>
        <p>
          <b>{t("catalogue.for")}</b> <Told of={entry} text={entry.population ?? ""} />
        </p>
        {limits.length > 0 && (
          <details>
            <summary>{t("catalogue.limits", { count: limits.length })}</summary>
            <ul>
              {limits.map((limit) => (
                <li key={limit}>
                  <Told of={entry} text={limit} />
                </li>
              ))}
            </ul>
          </details>
        )}
        <p class="go">
          <a class="button" href={writeRoute(entry.id, "ask", version)}>
            {t("catalogue.ask")}
          </a>{" "}
          <a href={writeRoute(entry.id, "card", version)}>{t("catalogue.card")}</a>
        </p>
      </div>
      <Evidence entry={entry} />
    </article>
  );
}
