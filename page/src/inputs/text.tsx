// One line of text, as a molecule is; of molecules also several, a line each. Or free text.
import { Values } from "../answer/Values";
import { type FieldsProps, openContent } from "../ask/draft";
import { DataTable, Figure } from "../charts/Figure";
import type { TextExplanation, WordsExplanation } from "../contract";
import { formatChange, Told, t } from "../language";
import type { Instance } from "../manifest";
import type { InputRoom, ShareProps, Taking } from "../rooms";
import { Said } from "../Said";
import { withUnit } from "../units";
import { LetterField, LetterGiven, LetterReasons } from "./Letter";
import { leaveOutName, splitLines } from "./lines";
import { Molecule, useStructure } from "./Molecule";
import { Molecules } from "./Molecules";

type Model = Taking<"text">;

const isMolecule = ({ input }: Model) => input.syntax === "SMILES";

export const text: InputRoom<Model, TextExplanation | WordsExplanation> = {
  name: { en: "molecule or text", zh: "分子或文本" },
  cases: ({ input }) => (input.syntax === "SMILES" ? "molecules" : "texts"),
  heading: { en: "What you ask about", zh: "询问对象" },
  anew: { en: "Start anew", zh: "重新开始" },
  Fields: (props) =>
    props.model.input.tokens ? <LetterField {...props} /> : <TextField {...props} />,
  open: ({ input }, instance) => openContent(instance[input.field]),
  read: (model, { content }) => ({
    [model.input.field]: (isMolecule(model) && splitLines(content)[0]) || content,
  }),
  Given,
  Reasons,
  Share,
  file: { list: ({ input }) => [input.field] },
  listFeatures: () => [],
  isSeveral: (model, { content }) => isMolecule(model) && splitLines(content).length > 1,
  Several: Molecules,
};

const MOST_ROWS = 8;

function TextField({ model, id = "value-text", draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
  const problem = problems.get(input.field);
  const lines = isMolecule(model) ? splitLines(draft.content) : [draft.content];
  const bare = isMolecule(model) ? lines.map(leaveOutName) : lines;
  const named = bare.filter((line, i) => line !== lines[i]).length;
  return (
    <div class="field">
      <label for={id}>
        <Told of={model} text={input.description} label />
      </label>
      <textarea
        id={id}
        class="line"
        rows={Math.min(MOST_ROWS, Math.max(1, draft.content.split("\n").length))}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={draft.content}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-help ${id}-problem`}
        onInput={(event) => onChange({ ...draft, content: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      <p class="help" id={`${id}-help`}>
        {t("ask.text_help", { max: input.max_length })} {isMolecule(model) && t("molecules.help")}
      </p>
      <p class="problem" id={`${id}-problem`}>
        {problem && <Said of={model} fact={problem} text={problem.problem} />}
      </p>
      {named > 0 && (
        <p class="mend">
          {t("molecules.named", { count: named })}{" "}
          <button
            type="button"
            class="quiet"
            onClick={() => onChange({ ...draft, content: bare.join("\n") })}
          >
            {t("molecules.leave_names")}
          </button>
        </p>
      )}
      {isMolecule(model) && lines.length === 1 && <Preview line={bare[0] ?? ""} />}
    </div>
  );
}

/** How the line was understood, before anything is asked. */
function Preview({ line }: { line: string }) {
  const structure = useStructure(line);
  if (!structure) return null;
  return <Molecule structure={structure} label={t("molecule.label", { smiles: line })} />;
}

function Given({ model, instance }: { model: Model; instance: Instance }) {
  if (model.input.tokens) return <LetterGiven model={model} instance={instance} />;
  return <LineGiven model={model} instance={instance} />;
}

function LineGiven({ model, instance }: { model: Model; instance: Instance }) {
  const line = isMolecule(model) ? String(instance[model.input.field] ?? "") : "";
  return (
    <>
      <Values model={model} instance={instance} />
      <Preview line={line} />
    </>
  );
}

interface ReasonsOf<Explained> {
  model: Model;
  instance: Instance;
  explanation: Explained;
  ranked: boolean;
}

function Reasons(props: ReasonsOf<TextExplanation | WordsExplanation>) {
  const { model, instance, explanation } = props;
  if (!("words" in explanation)) return <LineReasons {...props} explanation={explanation} />;
  const text = String(instance[model.input.field] ?? "");
  return <LetterReasons text={text} explanation={explanation} ranked={props.ranked} />;
}

type Line = Pick<TextExplanation, "unit" | "characters" | "atoms" | "bonds">;

/** The same of a line that is one of several parts; free text is one piece there. */
function Share({ share, ...props }: ShareProps<Model>) {
  const { characters, ...others } = share;
  return characters ? <LineReasons {...props} explanation={{ ...others, characters }} /> : null;
}

/** The molecule with each atom's share, where it can be drawn; else the characters of the line. */
function LineReasons(props: ReasonsOf<Line>) {
  const { model, instance, explanation, ranked } = props;
  const line = isMolecule(model) ? String(instance[model.input.field] ?? "").trim() : "";
  const structure = useStructure(line);
  const atoms = explanation.atoms ?? [];
  const bonds = explanation.bonds ?? [];
  if (line && structure === undefined) return <p role="status">{t("answer.explaining")}</p>;
  const drawn = new Set(structure?.atoms.map(({ position }) => position));
  if (!structure || !atoms.length || !atoms.every(({ position }) => drawn.has(position)))
    return <Characters explanation={explanation} />;
  const largest = Math.max(...[...atoms, ...bonds].map((one) => Math.abs(one.contribution)), 1e-12);
  const shares = new Map(atoms.map((atom) => [atom.position, atom.contribution / largest]));
  const write = (value: number) => withUnit(formatChange(value), explanation.unit);
  const parts = [
    ...atoms.map((atom) => ({ ...atom, name: nameAtom(atom) })),
    ...bonds.map((bond) => ({
      ...bond,
      name: t("molecule.bond", { atoms: bond.between.map((i) => nameAtom(atoms[i])).join(", ") }),
    })),
  ].sort((a, b) => (ranked ? Math.abs(b.contribution) - Math.abs(a.contribution) : 0));
  const title = t("molecule.shares");
  return (
    <Figure
      title={title}
      head={[t("reasons.part"), t("reasons.contribution")]}
      rows={parts.map((part) => [part.name, write(part.contribution)])}
    >
      <Molecule
        class="explained"
        structure={structure}
        shares={shares}
        name={(position) => {
          const atom = atoms.find((one) => one.position === position);
          return atom ? `${nameAtom(atom)}: ${write(atom.contribution)}` : "";
        }}
        label={t("molecule.explained", {
          smiles: line,
          parts: parts
            .slice(0, 3)
            .map(({ name, contribution }) => `${name}: ${write(contribution)}`)
            .join("; "),
        })}
      />
      <ul class="legend">
        <li class="key-raises">{t("molecule.raises")}</li>
        <li class="key-lowers">{t("molecule.lowers")}</li>
      </ul>
    </Figure>
  );
}

const nameAtom = (atom: { symbol: string; position: number } | undefined) =>
  atom ? t("reasons.atom", { symbol: atom.symbol, position: atom.position }) : "";

/** Characters behind which the answer rises are underlined, those behind which it falls dotted. */
function Characters({ explanation }: Pick<ReasonsOf<Line>, "explanation">) {
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
      <DataTable
        caption={t("reasons.contribution")}
        head={[t("reasons.part"), t("reasons.contribution")]}
        rows={characters.map((one) => [
          t("reasons.atom", { symbol: one.character, position: one.position }),
          withUnit(formatChange(one.contribution), explanation.unit),
        ])}
      />
    </>
  );
}
