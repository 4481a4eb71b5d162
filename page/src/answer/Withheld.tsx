// An answer that was held back: the probable cause and the way out; the numbers behind it are folded.
import { type Entered, useEntered, writeAmount } from "../ask/entered";
import { findInput } from "../kinds";
import { formatNumber, nameValue, Told, t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import { Said } from "../Said";
import type { Units } from "../service";
import { showUnit } from "../units";
import { listMissing, listUnusual, type Unusual } from "./unusual";

interface Props {
  model: Manifest;
  instance: Instance;
  prediction: Prediction;
  units: Units;
  /** Takes a value to be of another unit, until it is asked again. */
  onUnit: ((feature: string, unit: string) => void) | undefined;
}

/** The reasons that the page has words of its own for. */
const KNOWN = ["too_far", "too_many_missing", "undecided", "held"];

/** In the place of what would make the answer believable. */
export function Withheld(props: Props & { onForce: () => void }) {
  const { output } = props.prediction;
  return (
    <section class="believe withheld doubt stop" role="alert" aria-labelledby="believe">
      <h4 id="believe">{t("believe.heading")}</h4>
      <p class="verdict">{t(output === null ? "answer.abstained" : "withheld.nothing")}</p>
      <p class="lead">
        <Lead {...props} />
      </p>
      <Cause {...props} />
      {output === null && (
        <p>
          <button type="button" class="quiet" onClick={props.onForce}>
            {t("answer.force")}
          </button>
        </p>
      )}
    </section>
  );
}

/** Why, in one sentence. */
export function Lead({ model, prediction }: Pick<Props, "model" | "prediction">) {
  const { code = "", limits = {}, reason = "" } = prediction;
  if (code === "too_far")
    return <>{t("withheld.too_far", { cases: t(`cases.${findInput(model).cases(model)}`) })}</>;
  if (code === "too_many_missing") return <>{t("withheld.too_many_missing", { ...limits })}</>;
  return <Said of={model} fact={prediction} text={reason} />;
}

/** What probably made it so, what to do, and the numbers. */
export function Cause({ model, instance, prediction, units, onUnit }: Props) {
  const entered = useEntered();
  const { code = "", limits = {}, reason = "" } = prediction;
  const features = findInput(model).listFeatures(model);
  const unusual = code === "too_far" ? listUnusual(model, features, instance, units, entered) : [];
  const missing = code === "too_many_missing" ? listMissing(features, instance) : [];
  const unexplained = code === "too_far" && unusual.length === 0;
  const unseen = unexplained && !features.length;
  const way = unseen ? "unlike" : KNOWN.includes(code) ? code : "other";
  return (
    <>
      {unusual.length > 0 && (
        <>
          <p>{t("withheld.unusual")}</p>
          <ul class="unusual">
            {unusual.map((one) => (
              <li key={one.feature.name}>
                {tellUnusual(model, one, entered)}
                {onUnit && one.likely !== undefined && (
                  <TakeUnit of={one.feature.name} unit={one.likely} onUnit={onUnit} />
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {unexplained && (
        <>
          <p>{t(unseen ? "withheld.check" : "withheld.together")}</p>
          <ul>
            {model.card.out_of_scope.map((text) => (
              <li key={text}>
                <Told of={model} text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
      {missing.length > 0 && (
        <p>
          {t("withheld.missing")}{" "}
          {missing.map(({ name }) => translate(model, name)).join(t("withheld.joiner"))}
        </p>
      )}
      <p>
        <strong>{t("withheld.way")}</strong> {t(`withheld.way_${way}`)}
      </p>
      {code === "too_far" && (
        <details>
          <summary>{t("withheld.numbers")}</summary>
          <p>
            <Said of={model} fact={prediction} text={reason} />{" "}
            {t("withheld.distance", {
              distance: formatNumber(Number(limits.distance), 4),
              limit: formatNumber(Number(limits.limit), 4),
            })}
          </p>
        </details>
      )}
    </>
  );
}

/** The way out of a wrong unit, beside what tells of it. */
function TakeUnit(props: { of: string; unit: string; onUnit: NonNullable<Props["onUnit"]> }) {
  const { of, unit, onUnit } = props;
  return (
    <button type="button" class="quiet" onClick={() => onUnit(of, unit)}>
      {t("ask.take", { value: showUnit(unit) })}
    </button>
  );
}

/** "creatinine 97 mg/dL: 92 times the usual 1.06 mg/dL. Was it measured in µmol/L?" */
function tellUnusual(model: Manifest, one: Unusual, entered: Entered) {
  const { feature, value, usual, times, likely } = one;
  const told = {
    name: nameValue(model, feature.name),
    value: writeAmount(feature, value, entered),
    usual: writeAmount(feature, usual, entered, 2),
    times: formatNumber(times ?? 0, 2),
    unit: showUnit(likely ?? ""),
  };
  return (
    <>
      {t(times === undefined ? "withheld.away" : "withheld.times", told)}{" "}
      {likely !== undefined && <strong>{t("withheld.likely", told)}</strong>}{" "}
    </>
  );
}
