// The words of a text, each by how far it moved the answer; and what of the text was not read.
import type { ComponentChildren } from "preact";
import { DataTable } from "../charts/Figure";
import type { WordsExplanation } from "../contract";
import { formatChange, formatCount, t } from "../language";
import { withUnit } from "../units";
import { splitCharacters } from "./lines";

export interface WordsProps {
  text: string;
  explanation: WordsExplanation;
  /** Whether the order of what counts most stays when it is asked again. */
  ranked: boolean;
}

/** Of the largest; what moves less is not coloured. */
const LEAST = 0.05;

export function Words({ text, explanation, ranked }: WordsProps) {
  const characters = splitCharacters(text);
  const { words, unit, tokens } = explanation;
  const largest = Math.max(...words.map((one) => Math.abs(one.contribution)), 1e-12);
  const cut = (start: number, end?: number) => characters.slice(start, end).join("");
  const read = words.at(-1)?.end ?? 0;
  const rest = cut(read).trimStart();
  const unread = splitCharacters(rest).length;
  const beyond = characters.length - unread;
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const { start, end, contribution } of words) {
    const share = Math.abs(contribution) / largest;
    parts.push(cut(at, start));
    parts.push(
      share < LEAST ? (
        cut(start, end)
      ) : (
        <span
          class={contribution < 0 ? "down" : "up"}
          style={{ "--strength": `${Math.round(100 * share)}%` }}
          key={start}
        >
          {cut(start, end)}
        </span>
      ),
    );
    at = end;
  }
  parts.push(cut(at, beyond), unread > 0 && <del key="unread">{rest}</del>);
  const listed = ranked
    ? [...words].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    : words;
  return (
    <figure class="figure">
      <figcaption>{t("letter.title")}</figcaption>
      <div class="words">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <section class="scroll letter explained" tabIndex={0} aria-label={t("letter.label")}>
          {parts}
        </section>
        <DataTable
          caption={t("letter.title")}
          head={[t("letter.words"), t("letter.place"), t("reasons.contribution")]}
          rows={listed.map(({ start, end, contribution }) => [
            <q key={start}>{cut(start, end)}</q>,
            formatCount(start + 1),
            withUnit(formatChange(contribution), unit),
          ])}
        />
      </div>
      <p class="help">
        {t("letter.tokens", { count: tokens })}{" "}
        {unread > 0 && (
          <b>
            {t("letter.unread", {
              count: unread,
              number: formatCount(unread),
              position: formatCount(beyond + 1),
            })}
          </b>
        )}{" "}
        {t("reasons.characters")}
      </p>
    </figure>
  );
}
