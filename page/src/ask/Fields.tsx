// What a model takes, to be filled in: one form per kind of input.
import type { FieldsProps } from "./draft";
import { Picture } from "./Picture";
import { SeriesTable } from "./SeriesTable";
import { TextField } from "./TextField";
import { ValueField } from "./Value";

/** From how many fields on they stand beside each other where there is room. */
const MANY = 10;

export function Fields(props: FieldsProps) {
  const { model, draft, units, problems, onChange } = props;
  const input = model.input;
  switch (input.kind) {
    case "image":
      return <Picture {...props} input={input} />;
    case "text":
      return <TextField {...props} input={input} />;
    case "series":
      return <SeriesTable {...props} input={input} />;
    case "tabular": {
      const row = draft.rows[0] ?? {};
      return (
        <div class={input.features.length > MANY ? "fields many" : "fields"}>
          {input.features.map((feature) => (
            <ValueField
              key={feature.name}
              model={model}
              feature={feature}
              cell={row[feature.name] ?? { text: "" }}
              units={units}
              problem={problems.get(feature.name)}
              onChange={(cell) => onChange({ ...draft, rows: [{ ...row, [feature.name]: cell }] })}
            />
          ))}
        </div>
      );
    }
  }
}
