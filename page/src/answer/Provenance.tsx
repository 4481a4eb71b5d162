// Who said it: what it is for, the model, its version and hashes, when, and the id of the request.
import type { ComponentChildren } from "preact";
import { formatTime, Told, t } from "../language";
import type { Manifest } from "../manifest";
import type { Answered } from "../predictions";

export function Provenance(props: {
  model: Manifest;
  answered: Pick<Answered, "model" | "request_id">;
  at: Date;
  /** What else may be done with it, beside printing. */
  children?: ComponentChildren;
}) {
  const { model, answered, at } = props;
  const { id, version, sha256, digest } = answered.model;
  return (
    <footer class="provenance">
      <p>
        <strong>
          <Told of={model} text={model.card.stage} />
        </strong>
      </p>
      <dl>
        <dt>{t("answer.model")}</dt>
        <dd>
          {id} {version}
        </dd>
        <dt>{t("answer.sha256")}</dt>
        <dd class="hash">{sha256}</dd>
        <dt>{t("answer.digest")}</dt>
        <dd class="hash">{digest}</dd>
        <dt>{t("answer.at")}</dt>
        <dd>{formatTime(at)}</dd>
        <dt>{t("answer.request")}</dt>
        <dd class="hash">{answered.request_id}</dd>
      </dl>
      <p class="buttons">
        <button type="button" class="quiet" onClick={() => print()}>
          {t("answer.print")}
        </button>
        {props.children}
      </p>
    </footer>
  );
}
