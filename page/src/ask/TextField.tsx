// One line of text, as a molecule is.
import { Told, t } from "../language";
import type { TextInput } from "../manifest";
import { Said } from "../Said";
import type { FieldsProps } from "./draft";

export function TextField({
  model,
  draft,
  input,
  problems,
  onChange,
}: FieldsProps & { input: TextInput }) {
  const problem = problems.get(input.field);
  return (
    <div class="field">
      <label for="value-text">
        <Told of={model} text={input.description} label />
      </label>
      <input
        id="value-text"
        class="line"
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={draft.content}
        aria-invalid={problem !== undefined}
        aria-describedby="value-text-help value-text-problem"
        onInput={(event) => onChange({ ...draft, content: event.currentTarget.value })}
      />
      <p class="help" id="value-text-help">
        {t("ask.text_help", { max: input.max_length })}
      </p>
      <p class="problem" id="value-text-problem">
        {problem && <Said of={model} fact={problem} text={problem.problem} />}
      </p>
    </div>
  );
}
