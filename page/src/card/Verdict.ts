// The verdict in plain words: a sentence per question, by what its facts say; none is a model's own.
import { formatCount, formatFigure, formatPercent, t, translate } from "../language";
import type { Manifest } from "../manifest";
import type { Decisive, Findings, Question } from "./findings";

const ORDER: Question[] = ["external", "gain", "calibration", "coverage", "group", "refused"];
/** More groups than these are counted, and not named. */
const NAMED = 3;

/** A number as its kind is written. */
export function writeNumber({ is }: Decisive, value: number) {
  if (is === "count") return formatCount(value);
  return is === "share" ? formatPercent(value) : formatFigure(value);
}

export const writeInterval = (figure: Decisive) =>
  t("figure.interval", {
    low: writeNumber(figure, figure.low),
    high: writeNumber(figure, figure.high),
  });

const write = (figure: Decisive) => `${writeNumber(figure, figure.value)} ${writeInterval(figure)}`;

/** What fills the gaps of a sentence about a finding. */
export function fillFrom(model: Manifest, { figure, beside }: Findings[Question]) {
  const on = figure ?? beside;
  return {
    ...(figure && { figure: write(figure), value: writeNumber(figure, figure.value) }),
    ...(beside && { beside: write(beside), other: translate(model, beside.group ?? "") }),
    home: t("tile.home", { figure: beside ? write(beside) : t("tile.unknown") }),
    n: formatCount(on?.n ?? 0),
    metric: translate(model, on?.metric ?? ""),
    group: translate(model, on?.group ?? ""),
    against: translate(model, figure?.against ?? ""),
    promised: formatPercent(figure?.promised ?? 0, 0),
    among: formatCount(figure?.among ?? 0),
  };
}

/** In which groups intervals fell short. */
function tellShort(model: Manifest, { groups, of }: { groups: string[]; of: number }) {
  const key = groups.length === 0 ? "all" : groups.length <= NAMED ? "some" : "many";
  return t(`verdict.groups_${key}`, {
    of: formatCount(of),
    short: formatCount(groups.length),
    names: groups.map((group) => translate(model, group)).join(t("verdict.and")),
  });
}

/** Where it was tried elsewhere: what was not. */
function tellOwnOnly(findings: Findings): string[] {
  if (findings.external.figure?.cohort !== "external") return [];
  const own = ORDER.filter((question) => {
    const cohort = findings[question].figure?.cohort;
    return cohort !== undefined && cohort !== "external";
  });
  const names = own.map((question) => t(`tile.${question}`)).join(t("verdict.and"));
  return own.length > 0 ? [t("verdict.own_only", { names })] : [];
}

/** The first says where it was tested. */
export function tellVerdict(model: Manifest, findings: Findings): string[] {
  const told = ORDER.flatMap((question) => {
    const finding = findings[question];
    // where intervals hold in groups is told with those of all
    if (question === "group" && finding.told !== "ratio_doubtful") return [];
    const sentence = t(`verdict.${question}_${finding.told}`, fillFrom(model, finding));
    return finding.short ? [sentence, tellShort(model, finding.short)] : [sentence];
  });
  return [...told, ...tellOwnOnly(findings)];
}
