// What was asked about, value by value.
import { Fragment } from "preact";
import { nameValue, translate } from "../language";
import type { Instance, Manifest } from "../manifest";

export function Values({ model, instance }: { model: Manifest; instance: Instance }) {
  return (
    <dl>
      {Object.entries(instance).map(([name, value]) => (
        <Fragment key={name}>
          <dt>{translate(model, name)}</dt>
          <dd>{nameValue(model, value ?? "–")}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
