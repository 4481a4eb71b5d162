// What is to be checked before a model is used here, to tick and to sign: on screen or on paper.
import { t } from "../language";
import type { Manifest } from "../manifest";

const CHECKS = ["use", "population", "units", "validation", "limits"] as const;

/** Nothing of it is kept: what is to stay is printed. */
export function Checklist({ model }: { model: Manifest }) {
  return (
    <form class="checklist" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>{t("sheet.checklist")}</legend>
        {CHECKS.map((check) => (
          <label key={check}>
            <input type="checkbox" /> {t(`check.${check}`)}
          </label>
        ))}
      </fieldset>
      <div class="signed">
        <label>
          {t("check.name")}
          <input type="text" />
        </label>
        <label>
          {t("check.date")}
          <input type="text" />
        </label>
        <div class="signature">{t("check.signature")}</div>
        <button type="button" onClick={() => print()}>
          {t("check.print")}
        </button>
      </div>
      <p class="help">
        {model.id} {model.version} ·{" "}
        <span class="digest">{model.digest ?? model.artefact.sha256}</span>
        <span class="kept">{t("check.kept")}</span>
      </p>
    </form>
  );
}
