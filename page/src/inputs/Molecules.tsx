// Several molecules at once: a row each, with its drawing, and its answer or what is wrong with it.
import { useEffect, useRef, useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import type { FileAnswer, FileRow } from "../contract";
import { Failure } from "../Failure";
import { formatNumber, formatPercent, t } from "../language";
import type { Claim, OutputRoom, SeveralProps, Taking } from "../rooms";
import { Said } from "../Said";
import { answerFile, Refusal } from "../service";
import { withUnit } from "../units";
import { splitLines, writeColumn } from "./lines";
import { Molecule, useStructure } from "./Molecule";

type Model = Taking<"text">;
const MOST = 1000;

export function Molecules({ model, draft, isStale, output }: SeveralProps<Model>) {
  const lines = splitLines(draft.content);
  const { told, refusal } = useAnswers(model, lines);
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    article.current?.focus({ preventScroll: true });
    article.current?.scrollIntoView({ block: "nearest" });
  }, [told]);
  if (lines.length > MOST) return <p class="doubt">{t("molecules.too_many", { most: MOST })}</p>;
  if (refusal) return <Failure refusal={refusal} />;
  if (!told) return <p role="status">{t("file.running")}</p>;
  const count = { answered: 0, abstained: 0, refused: 0 };
  for (const { prediction } of told.rows)
    count[!prediction ? "refused" : prediction.status === "abstained" ? "abstained" : "answered"]++;
  return (
    <article
      class={isStale ? "answer molecules stale" : "answer molecules"}
      aria-label={t("molecules.heading")}
      tabIndex={-1}
      ref={article}
    >
      {isStale && (
        <p class="doubt" role="status">
          {t("molecules.stale")}
        </p>
      )}
      <p class="verdict">{t("molecules.counts", { count: count.answered })}</p>
      {count.abstained + count.refused > 0 && (
        <p class="help">{t("molecules.others", { ...count, of: lines.length })}</p>
      )}
      <DataTable
        class="several"
        caption={t("molecules.heading")}
        head={[t("molecules.molecule"), t("molecules.answer")]}
        rows={told.rows.map((row) => [
          <Thumbnail key={row.row} line={lines[row.row - 1] ?? ""} row={row} />,
          <Cell key={row.row} model={model} row={row} output={output} />,
        ])}
      />
    </article>
  );
}

/** Every line's answer; what comes too late is dropped. */
function useAnswers(model: Model, lines: string[]) {
  const [told, setTold] = useState<FileAnswer>();
  const [refusal, setRefusal] = useState<Refusal>();
  const content = writeColumn(model.input.field, lines);
  useEffect(() => {
    let isWanted = true;
    setTold(undefined);
    setRefusal(undefined);
    if (lines.length > MOST) return;
    answerFile(model, content, "text/csv", []).then(
      (answer) => isWanted && setTold(answer),
      (error) => isWanted && setRefusal(error instanceof Refusal ? error : new Refusal(0, "")),
    );
    return () => {
      isWanted = false;
    };
  }, [model, content]);
  return { told, refusal };
}

/** A line that could not be read is drawn only where each of its molecules could be. */
const DRAWN = new Set(["smiles_is_salt", "smiles_is_mixture"]);

function Thumbnail({ line, row }: { line: string; row: FileRow }) {
  const isRead = row.problems?.every(({ code }) => DRAWN.has(code)) ?? true;
  const structure = useStructure(isRead ? line : "");
  return (
    <span class="thumbnail">
      <span class="number">{row.row}</span>
      <span>
        {structure && (
          <Molecule structure={structure} label={t("molecule.label", { smiles: line })} />
        )}
        <code>{line}</code>
      </span>
    </span>
  );
}

function Cell({ model, row, output }: { model: Model; row: FileRow; output: OutputRoom }) {
  const { prediction, problems } = row;
  if (!prediction) {
    return (
      <ul class="problems">
        {problems?.map((problem, i) => (
          <li key={i} class="problem">
            <Said of={model} fact={problem} text={problem.problem} />
          </li>
        ))}
      </ul>
    );
  }
  const { status, reason, warnings } = prediction;
  if (!prediction.output) {
    return (
      <p class="unsure">
        <strong>{t(`answer.${status}`)}</strong>{" "}
        <Said of={model} fact={prediction} text={reason ?? ""} />
      </p>
    );
  }
  const write = ({ value, target }: Claim) => {
    const unit = output.findUnit?.(model, target);
    return unit === undefined ? formatPercent(value) : withUnit(formatNumber(value, 3), unit);
  };
  const { interval } = prediction;
  const claims = output.listClaims(model, prediction.output);
  return (
    <>
      {claims.map((claim, i) => (
        <p key={i} class="claim">
          {claims.length > 1 && <>{claim.name} </>}
          <b>{write(claim)}</b>{" "}
          {interval && "low" in interval && "high" in interval && (
            <span class="help">
              {t("molecules.interval", {
                share: formatPercent(interval.coverage, 0),
                low: formatNumber(interval.low, 3),
                high: formatNumber(interval.high, 3),
              })}
            </span>
          )}
        </p>
      ))}
      {warnings.map((warning, i) => (
        <p key={i} class="unsure">
          <Said of={model} fact={warning} text={warning.problem} />
        </p>
      ))}
    </>
  );
}
