// The page that a department decides by, and signs: it is printed as one sheet.
import type { ComponentChildren } from "preact";
import { Told, t } from "../language";
import type { Manifest } from "../manifest";
import { Checklist } from "./Checklist";
import { findOut } from "./findings";
import { Rules, Tiles } from "./Tiles";
import { tellVerdict } from "./Verdict";

export function Sheet({ model }: { model: Manifest }) {
  const { card } = model;
  const findings = findOut(model);
  const [first, ...rest] = tellVerdict(model, findings);
  return (
    <>
      <p class="stage">
        <Told of={model} text={card.stage} />
      </p>
      <div class="uses">
        <Use title={t("card.intended_use")}>
          <p>
            <Told of={model} text={card.intended_use} />
          </p>
          <p>
            <Told of={model} text={card.decision_role} />
          </p>
        </Use>
        <Use title={t("card.whom")}>
          <p>
            <Told of={model} text={card.population} />
          </p>
          <p>
            {t("card.by")}
            <Told of={model} text={card.intended_users} />
          </p>
        </Use>
        <Use title={t("card.out_of_scope")}>
          <ul>
            {card.out_of_scope.map((text) => (
              <li key={text}>
                <Told of={model} text={text} />
              </li>
            ))}
          </ul>
        </Use>
      </div>
      <section class="told" aria-labelledby="verdict">
        <h4 id="verdict" class="unseen">
          {t("sheet.verdict")}
        </h4>
        <p class="first">{first}</p>
        <p>{rest.join(t("verdict.between"))}</p>
      </section>
      <Tiles model={model} findings={findings} />
      <Checklist model={model} />
      <Rules />
    </>
  );
}

function Use({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h4>{title}</h4>
      {children}
    </section>
  );
}
