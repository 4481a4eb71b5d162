// Six questions that decide about a model, each with its figure, its mark, and the rule of the mark.
import { findBetter } from "../better";
import { formatCount, formatPercent, Told, t } from "../language";
import type { Manifest } from "../manifest";
import {
  type Finding,
  type Findings,
  type Mark,
  QUESTIONS,
  type Question,
  RULES,
} from "./findings";
import { fillFrom, writeInterval, writeNumber } from "./Verdict";

export function Tiles({ model, findings }: { model: Manifest; findings: Findings }) {
  return (
    <ul class="tiles">
      {QUESTIONS.map((question) => (
        <Tile key={question} model={model} question={question} finding={findings[question]} />
      ))}
    </ul>
  );
}

function Tile(props: { model: Manifest; question: Question; finding: Finding }) {
  const { model, question, finding } = props;
  const { mark, told, figure } = finding;
  return (
    <li class={`tile ${mark}`}>
      <h4>{t(`tile.${question}`)}</h4>
      <Judged mark={mark} />
      {figure && (
        <p class="measured">
          <strong>{writeNumber(figure, figure.value)}</strong>{" "}
          {figure.is !== "count" && <span>{writeInterval(figure)}</span>}
        </p>
      )}
      <p>
        {figure && <span class="of">{tellWhat(model, figure, question)}</span>}
        {t(`tile.${question}_${told}`, fillFrom(model, finding))}
        {figure?.picked !== undefined && t("tile.picked", { count: figure.picked })}
      </p>
      {figure && (
        <p class="whom">
          {t("figure.n", { n: formatCount(figure.n) })} · {t(`cohort.${figure.cohort}`)}
          {isNamed(question, figure) && figure.evaluated_on && (
            <>
              {" · "}
              <Told of={model} text={figure.evaluated_on} />
            </>
          )}
        </p>
      )}
    </li>
  );
}

/** Whose name says more than their cohort: people from elsewhere, and groups picked by a ratio. */
const isNamed = (question: Question, figure: NonNullable<Finding["figure"]>) =>
  question === "external" || (question === "group" && figure.metric !== undefined);

/** A mark, in a word and a colour. */
export const Judged = ({ mark }: { mark: Mark }) => (
  <span class={`judged ${mark}`}>{t(`tile.${mark}`)}</span>
);

/** What is measured, and of which group or over whom; what the title says is not said again. */
function tellWhat(model: Manifest, figure: NonNullable<Finding["figure"]>, question: Question) {
  const texts = [
    question === "refused" ? undefined : figure.metric,
    question === "group" ? figure.group : figure.against,
  ].filter((text) => text !== undefined);
  const better = question === "external" ? findBetter(figure.metric ?? "") : undefined;
  return texts.map((text) => (
    <span key={text}>
      {text === figure.against && `${t("card.against")} `}
      <Told of={model} text={text} />
      {better && `, ${t(`strip.${better}`)}`} ·{" "}
    </span>
  ));
}

/** How a mark is found. */
export function Rules() {
  const [least, greatest] = RULES.near;
  const share = (value: number) => formatPercent(value, 0);
  const values = {
    least,
    greatest,
    error: share(RULES.error),
    off: share(RULES.off),
    below: 100 * RULES.below,
    group: 100 * RULES.belowInGroup,
    refused: share(RULES.refused),
    cases: RULES.cases,
    people: RULES.people,
  };
  return (
    <details class="rules">
      <summary>{t("sheet.rules")}</summary>
      <p>{t("sheet.rules_all")}</p>
      <dl>
        {QUESTIONS.map((question) => (
          <div key={question}>
            <dt>{t(`tile.${question}`)}</dt>
            <dd>{t(`rule.${question}`, values)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
