// What there is to ask: every model with what it answers, for whom, how well, and where not.
import { useEffect, useState } from "preact/hooks";
import { Failure } from "../Failure";
import { nameKinds } from "../kinds";
import { formatCount, formatFigure, getLanguage, Told, t, translate } from "../language";
import type { Entry, Metric } from "../manifest";
import { writeRoute } from "../router";
import { Said } from "../Said";
import { listModels, type Refusal } from "../service";

export function CatalogueView() {
  const [entries, setEntries] = useState<Entry[]>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [sought, setSought] = useState("");
  useEffect(() => {
    listModels().then((told) => setEntries(told.models), setRefusal);
  }, []);
  if (refusal) return <Failure refusal={refusal} />;
  if (!entries) return <p role="status">{t("page.loading")}</p>;
  const found = entries.filter((entry) => contains(entry, sought));
  return (
    <>
      <h2>{t("catalogue.heading")}</h2>
      <p class="lead">{t("catalogue.lead")}</p>
      <search class="search">
        <label>
          {t("catalogue.search")}
          <input
            type="search"
            value={sought}
            onInput={(event) => setSought(event.currentTarget.value)}
          />
        </label>
        <p role="status">{t("catalogue.found", { count: found.length })}</p>
      </search>
      <ul class="catalogue">
        {found.map((entry) => (
          <li key={`${entry.id}@${entry.version}`}>
            <EntryCard entry={entry} several={isOneOfSeveral(entry, entries)} />
          </li>
        ))}
      </ul>
    </>
  );
}

const isOneOfSeveral = (entry: Entry, entries: Entry[]) =>
  entries.filter((other) => other.id === entry.id).length > 1;

/** Whether all words that are sought are in what is said of a model, in either language. */
function contains(entry: Entry, sought: string): boolean {
  const texts = [entry.title, entry.intended_use, entry.population].map((text) => text ?? "");
  const told = [entry.id, ...texts, ...texts.map((text) => translate(entry, text))].join(" ");
  const all = told.toLocaleLowerCase(getLanguage());
  return sought
    .toLocaleLowerCase(getLanguage())
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function EntryCard({ entry, several }: { entry: Entry; several: boolean }) {
  const version = several ? entry.version : undefined;
  if (entry.status === "unavailable")
    return (
      <article class="entry unavailable">
        <h3>
          {entry.id} {entry.version}
        </h3>
        <p class="doubt">
          <strong>{t("catalogue.unavailable")}</strong>{" "}
          <Said fact={entry.parts?.reason ?? {}} text={entry.reason ?? ""} />
        </p>
      </article>
    );
  const kinds = nameKinds(entry);
  return (
    <article class="entry">
      <h3>
        <a href={writeRoute(entry.id, "ask", version)}>
          <Told of={entry} text={entry.title ?? entry.id} />
        </a>
      </h3>
      <p class="kinds">
        <span class="kind">{kinds.input}</span>
        <span aria-hidden="true">→</span>
        <span class="kind">{kinds.output}</span>
        {entry.simulated ? (
          <strong class="kind simulated">{t("catalogue.simulated")}</strong>
        ) : (
          <span class="kind">{t("catalogue.real")}</span>
        )}
        {several && <span class="kind">{entry.version}</span>}
      </p>
      <p>
        <Told of={entry} text={entry.intended_use ?? ""} />
      </p>
      <dl>
        <dt>{t("catalogue.for")}</dt>
        <dd>
          <Told of={entry} text={entry.population ?? ""} />
        </dd>
        <dt>{t("catalogue.how_good")}</dt>
        <dd>
          <Headline entry={entry} metrics={entry.headline ?? []} />
        </dd>
      </dl>
      <details>
        <summary>{t("catalogue.limits", { count: entry.limits?.length ?? 0 })}</summary>
        <ul>
          {entry.limits?.map((limit) => (
            <li key={limit}>
              <Told of={entry} text={limit} />
            </li>
          ))}
        </ul>
      </details>
      <p class="go">
        <a class="button" href={writeRoute(entry.id, "ask", version)}>
          {t("catalogue.ask")}
        </a>{" "}
        <a href={writeRoute(entry.id, "card", version)}>{t("catalogue.card")}</a>
      </p>
    </article>
  );
}

/** The model's own figure with n and interval, then those that it is compared with. */
function Headline({ entry, metrics }: { entry: Entry; metrics: Metric[] }) {
  const [own, ...others] = metrics;
  if (!own) return null;
  return (
    <>
      <Told of={entry} text={own.metric} /> <strong>{formatFigure(own.value)}</strong>{" "}
      {t("figure.interval", { low: formatFigure(own.low), high: formatFigure(own.high) })}{" "}
      {t("figure.n", { n: formatCount(own.n) })}
      <span class="aside">
        <Told of={entry} text={own.evaluated_on} />
        {others.map((other) => (
          <span class="compared" key={other.model}>
            {t("catalogue.compared")} <Told of={entry} text={other.model} />{" "}
            {formatFigure(other.value)}{" "}
            {t("figure.interval", {
              low: formatFigure(other.low),
              high: formatFigure(other.high),
            })}
          </span>
        ))}
      </span>
    </>
  );
}
