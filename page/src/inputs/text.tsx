// One line of text, as a molecule is.
import { MOST } from "../answer/Targets";
import { Values } from "../answer/Values";
import { type FieldsProps, openContent } from "../ask/draft";
import { Bars } from "../charts/Bars";
import type { TextExplanation } from "../contract";
import { formatChange, Told, t } from "../language";
import type { InputRoom, Taking } from "../rooms";
import { Said } from "../Said";
import { showUnit } from "../units";

type Model = Taking<"text">;

export const text: InputRoom<Model, TextExplanation> = {
  name: { en: "text", zh: "文本" },
  cases: ({ input }) => (input.syntax === "SMILES" ? "molecules" : "texts"),
  heading: { en: "The text", zh: "文本" },
  Fields: TextField,
  open: ({ input }, instance) => openContent(instance[input.field]),
  read: ({ input }, draft) => ({ [input.field]: draft.content }),
  Given: Values,
  Reasons: Characters,
  file: { list: ({ input }) => [input.field] },
  listFeatures: () => [],
};

function TextField({ model, draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
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

/** Characters behind which the answer rises are underlined, those behind which it falls dotted. */
function Characters(props: { explanation: TextExplanation; ranked: boolean }) {
  const { explanation, ranked } = props;
  const { characters } = explanation;
  const largest = Math.max(...characters.map((one) => Math.abs(one.contribution)), 1e-12);
  return (
    <>
      <p class="characters" aria-hidden="true">
        {characters.map((one) => (
          <span
            key={one.position}
            class={one.contribution < 0 ? "down" : "up"}
            style={{ "--strength": `${Math.round((100 * Math.abs(one.contribution)) / largest)}%` }}
          >
            {one.character}
          </span>
        ))}
      </p>
      <p class="help">{t("reasons.characters")}</p>
      <Bars
        signed
        caption={t("reasons.atoms", { unit: showUnit(explanation.unit) })}
        head={[t("reasons.part"), t("reasons.contribution")]}
        bars={[...(explanation.atoms ?? [])]
          .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
          .slice(0, MOST)
          .sort((a, b) => (ranked ? 0 : a.position - b.position))
          .map((atom) => ({
            name: t("reasons.atom", { symbol: atom.symbol, position: atom.position }),
            share: atom.contribution / largest,
            text: formatChange(atom.contribution),
          }))}
      />
    </>
  );
}
