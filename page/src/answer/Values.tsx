// What was asked about, value by value, each with its unit.
import { Fragment } from "preact";
import { formatNumber, nameValue, translate } from "../language";
import type { Feature, Instance, Manifest } from "../manifest";
import { withUnit } from "../units";

export function Values(props: { model: Manifest; instance: Instance; features?: Feature[] }) {
  const { model, instance, features = [] } = props;
  const write = (name: string, value: unknown) => {
    const feature = features.find((one) => one.name === name);
    if (value === null || value === undefined) return "–";
    return feature?.type === "number" && typeof value === "number"
      ? withUnit(formatNumber(value, 12), feature.unit)
      : nameValue(model, value);
  };
  return (
    <dl>
      {Object.entries(instance).map(([name, value]) => (
        <Fragment key={name}>
          <dt>{translate(model, name)}</dt>
          <dd>{write(name, value)}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
