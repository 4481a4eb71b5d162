// The foot of an answer: what was asked, who said it, and how to take it along.
import { useState } from "preact/hooks";
import { findInput } from "../kinds";
import { t } from "../language";
import type { Manifest } from "../manifest";
import type { Asked } from "./asked";
import { writeText } from "./copy";
import { Provenance } from "./Provenance";

export function Foot({ model, asked }: { model: Manifest; asked: Asked }) {
  const input = findInput(model);
  return (
    <>
      <section class="given-values" aria-labelledby="given">
        <h4 id="given">{t("answer.given")}</h4>
        <input.Given model={model} instance={asked.instance} />
      </section>
      <Provenance model={model} answered={asked.answered} at={asked.at}>
        <Copy />
      </Provenance>
    </>
  );
}

function Copy() {
  const [told, setTold] = useState("");
  const copy = async (button: HTMLElement) => {
    const answer = button.closest<HTMLElement>(".answer");
    if (!answer) return;
    try {
      await navigator.clipboard.writeText(writeText(document.querySelector(".strip"), answer));
      setTold("answer.copied");
    } catch {
      setTold("answer.not_copied"); // a browser may forbid it
    }
  };
  return (
    <>
      <button type="button" class="quiet" onClick={(event) => copy(event.currentTarget)}>
        {t("answer.copy")}
      </button>
      <span class="help" role="status">
        {told && t(told)}
      </span>
    </>
  );
}
