// What a card's facts say to six questions, each by a rule; nothing is read out of a name.
import { findOutput } from "../kinds";
import type { Cohort, Estimate, Manifest, Metric } from "../manifest";

export const EVERYONE = "all";
/** Who may test a model; people from elsewhere come first, for they decide. */
export const TESTED: Cohort[] = ["external", "test", "cross_validation"];

/** What the rules count with; the fold below the tiles says them in words. */
export const RULES = {
  /** Observed divided by expected: both ends of its interval must lie within. */
  near: [0.8, 1.25] as const,
  /** An error of calibration, as a share. */
  error: 0.05,
  /** Groups of a calibration curve that may be off: one, or one in ten. */
  off: 0.1,
  /** By how much the low end of what intervals hold may lie below what is promised. */
  below: 0.02,
  /** By how much the worst group may. */
  belowInGroup: 0.05,
  refused: 0.1,
  /** With the outcome, and without (Collins, Ogundimu & Altman 2016, doi 10.1002/sim.6787). */
  cases: 100,
  /** Where the card states no outcomes. */
  people: 200,
};

export type Mark = "good" | "doubtful" | "unknown";
export const QUESTIONS = [
  "external",
  "calibration",
  "coverage",
  "gain",
  "group",
  "refused",
] as const;
export type Question = (typeof QUESTIONS)[number];

/** The figure that decides a question, and on whom it was measured. */
export interface Decisive extends Estimate {
  cohort: Cohort;
  n: number;
  is: "share" | "number" | "count";
  /** What is measured, in the words of the card. */
  metric?: string;
  group?: string;
  evaluated_on?: string;
  events?: number | undefined;
  /** What was promised, the contender, or how many groups of a curve there are. */
  promised?: number;
  against?: string;
  among?: number;
  /** Of how many groups it is among the lowest. */
  picked?: number | undefined;
}

export interface Finding {
  mark: Mark;
  /** Which of its sentences fits: see Verdict.ts. */
  told: string;
  figure?: Decisive;
  /** A second one: its own people's, or the group that is refused most. */
  beside?: Decisive;
  /** Groups that fall short, of how many. */
  short?: { groups: string[]; of: number };
}

export type Findings = Record<Question, Finding>;

const unknown = (told = "unknown"): Finding => ({ mark: "unknown", told });

const find = (told: string, good: boolean, figure: Decisive): Finding => {
  const mark = good ? "good" : "doubtful";
  return { mark, told: `${told}_${mark}`, figure };
};

export function findOut(model: Manifest): Findings {
  const known = {
    calibration: judgeCalibration(model),
    coverage: judgeCoverage(model),
    gain: judgeGain(model),
    group: judgeGroup(model),
    refused: judgeRefused(model),
  };
  return { external: judgeExternal(model, Object.values(known)), ...known };
}

/** Those of the first cohort that there is. */
function prefer<Of extends { cohort: Cohort }>(of: Of[]): Of[] {
  const cohort = TESTED.find((one) => of.some((other) => other.cohort === one));
  return of.filter((one) => one.cohort === cohort);
}

const most = <Of>(of: Of[], by: (one: Of) => number): Of | undefined =>
  of.reduce<Of | undefined>((a, b) => (a === undefined || by(b) > by(a) ? b : a), undefined);

const decide = (metric: Metric, is: Decisive["is"] = "number"): Decisive => ({ ...metric, is });

/** What was measured of the model itself, or of a group, compared with nothing. */
export const listOwn = (model: Manifest) =>
  model.card.metrics.filter(
    (one) => one.of === "model" && !one.against && TESTED.includes(one.cohort),
  );

export const isOfAll = ({ group }: { group: string }) => group === EVERYONE;

function judgeExternal(model: Manifest, others: Finding[]): Finding {
  const own = listOwn(model).filter(isOfAll);
  const elsewhere = own.filter(({ cohort }) => cohort === "external");
  const first = elsewhere.find(({ measure }) => !measure) ?? elsewhere[0];
  const figure = first
    ? decide(first, first.measure === "abstention" ? "share" : "number")
    : others.map((one) => one.figure).find((one) => one?.cohort === "external");
  if (!figure) {
    const tested = own[0] ?? listOwn(model)[0];
    if (!tested) return unknown("untested");
    const told = model.card.data.simulated ? "own_simulated" : "own";
    return { mark: "unknown", told, beside: decide(tested) };
  }
  const beside = own.find(
    (one) => one.cohort !== "external" && one.metric === first?.metric && one.model === first.model,
  );
  const doubted = others.some(
    (one) => one.mark === "doubtful" && one.figure?.cohort === "external",
  );
  const told = model.card.data.simulated
    ? "simulated"
    : !areEnough(figure)
      ? "few"
      : doubted
        ? "doubted"
        : "good";
  return {
    mark: told === "good" ? "good" : "doubtful",
    told,
    figure,
    ...(beside && { beside: decide(beside, figure.is) }),
  };
}

/** Events may be of visits, of which a person has several: then people count. */
function areEnough({ n, events }: Decisive) {
  if (events === undefined || events > n) return n >= RULES.people;
  return Math.min(events, n - events) >= RULES.cases;
}

const farFromOne = (ratio: number) => (ratio > 0 ? Math.abs(Math.log(ratio)) : Infinity);
const farthest = ({ low, high }: Estimate) => Math.max(farFromOne(low), farFromOne(high));

function judgeCalibration(model: Manifest): Finding {
  // an error in a unit has no limit that fits all models
  const ofShares = !findOutput(model).findUnit;
  const measured = prefer([
    ...listOwn(model).filter(
      (one) =>
        (one.measure === "observed_expected" && isOfAll(one)) ||
        (one.measure === "calibration_error" && ofShares),
    ),
    ...model.card.calibration,
  ]);
  const metrics = measured.filter((one) => "metric" in one);
  const ratios = metrics.filter((one) => one.measure === "observed_expected");
  const ratio = most(ratios, farthest);
  if (ratio) {
    const [least, greatest] = RULES.near;
    return find("ratio", least <= ratio.low && ratio.high <= greatest, decide(ratio));
  }
  const errors = metrics.filter((one) => one.measure === "calibration_error");
  const ofAll = errors.filter(isOfAll);
  const size = ({ low, high }: Estimate) => Math.max(Math.abs(low), Math.abs(high));
  const error = most(ofAll.length ? ofAll : errors, size);
  if (error) return find("error", size(error) <= RULES.error, decide(error, "share"));
  const curves = measured.filter((one) => "points" in one);
  const counted = curves.map(({ points, cohort, evaluated_on }): Decisive => {
    const off = points.filter(
      ({ predicted: { value }, observed }) => value < observed.low || observed.high < value,
    ).length;
    const n = points.reduce((sum, point) => sum + point.n, 0);
    return {
      value: off,
      low: off,
      high: off,
      among: points.length,
      n,
      cohort,
      evaluated_on,
      is: "count",
    };
  });
  const worst = most(counted, ({ value, among = 1 }) => value / among);
  if (!worst) return unknown();
  return find("curve", worst.value <= Math.max(1, RULES.off * (worst.among ?? 0)), worst);
}

/** Of the intervals that an answer has if no other coverage is asked for: of all, or of groups. */
function listHeld(model: Manifest, ofGroups: boolean): Decisive[] {
  const curves = model.card.coverage.filter(({ of }) => of === "model");
  const every = curves.flatMap(({ cohort, evaluated_on, picked_from: picked, points }) =>
    points.map(
      (point): Decisive => ({
        ...point.held,
        cohort,
        evaluated_on,
        n: point.n,
        events: point.events,
        group: point.group,
        promised: point.coverage,
        picked,
        is: "share",
      }),
    ),
  );
  const all = prefer(every.filter(({ group }) => (group !== EVERYONE) === ofGroups));
  const usual = model.uncertainty?.intervals?.levels[0]?.coverage;
  const level = all.some(({ promised }) => promised === usual) ? usual : all[0]?.promised;
  return all.filter(({ promised }) => promised === level);
}

const missing = ({ promised = 0, low }: Decisive) => promised - low;
const fallsShort = ({ promised = 0, value, high }: Decisive) =>
  value < promised - RULES.belowInGroup || high < promised;

function judgeCoverage(model: Manifest): Finding {
  const all = listHeld(model, false);
  const groups = listHeld(model, true);
  const figure = most(all.length ? all : groups, missing);
  if (!figure) return unknown(model.uncertainty?.intervals ? "unknown" : "none");
  const short = groups.filter(fallsShort).map(({ group = "" }) => group);
  return {
    ...find("held", missing(figure) <= RULES.below + 1e-9, figure),
    ...(groups.length > 0 && { short: { groups: short, of: groups.length } }),
  };
}

/** Over the contender that comes closest, in the first figure that is compared. */
function judgeGain(model: Manifest): Finding {
  const { metrics } = model.card;
  const variants = new Set(metrics.filter((one) => one.of === "variant").map((one) => one.model));
  const gains = prefer(
    metrics.filter(
      (one) =>
        one.of === "model" &&
        one.against !== undefined &&
        !variants.has(one.against) &&
        one.measure === undefined &&
        TESTED.includes(one.cohort) &&
        isOfAll(one),
    ),
  );
  const alike = gains.filter((one) => one.metric === gains[0]?.metric);
  const gain = most(alike, ({ value }) => -value);
  if (!gain) return unknown(metrics.some(({ of }) => of === "baseline") ? "unstated" : "alone");
  const told = gain.low > 0 ? "better" : gain.high < 0 ? "worse" : "none";
  return { mark: told === "better" ? "good" : "doubtful", told, figure: decide(gain) };
}

/** Where intervals hold least, or what is expected is farthest from what was observed. */
function judgeGroup(model: Manifest): Finding {
  const held = listHeld(model, true);
  const lowest = most(held, ({ promised = 0, value }) => promised - value);
  const ratios = prefer(
    listOwn(model).filter((one) => one.measure === "observed_expected" && !isOfAll(one)),
  );
  const ratio = most(ratios, ({ value }) => farFromOne(value));
  const [least, greatest] = RULES.near;
  const isOff = ratio && (ratio.value < least || greatest < ratio.value);
  if (lowest && (fallsShort(lowest) || !isOff)) return find("held", !fallsShort(lowest), lowest);
  if (!ratio) return unknown(listOwn(model).some((one) => !isOfAll(one)) ? "unjudged" : "unknown");
  return find("ratio", !isOff, decide(ratio));
}

function judgeRefused(model: Manifest): Finding {
  const { uncertainty } = model;
  const refuses =
    uncertainty?.distance !== undefined ||
    uncertainty?.most_missing !== undefined ||
    uncertainty?.largest_set !== undefined;
  const measured = listOwn(model).filter(({ measure }) => measure === "abstention");
  const all = most(prefer(measured.filter(isOfAll)), ({ high }) => high);
  if (!all) return unknown(refuses ? "unknown" : "never");
  // groups may be known of its own source alone
  const groups = prefer(measured.filter((one) => !isOfAll(one)));
  const worst = most(groups, ({ low }) => low);
  const good = all.high <= RULES.refused && !(worst && worst.low > RULES.refused);
  return {
    mark: good ? "good" : "doubtful",
    told: worst && worst.low > RULES.refused ? "group" : "share",
    figure: decide(all, "share"),
    ...(worst && { beside: decide(worst, "share") }),
  };
}
