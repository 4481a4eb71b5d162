// Several inputs in one instance, each in a section that the room of its kind fills. What a part
// holds is called after it, as the service calls it: patient.age.
import type { VNode } from "preact";
import { writeMove, writeWay } from "../answer/Targets";
import { type Change, type Draft, emptyDraft, type FieldsProps } from "../ask/draft";
import { Bars } from "../charts/Bars";
import type { PartsExplanation } from "../contract";
import { getLanguage, Told, t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { InputRoom, ReasonsProps, SingleKind, Taking } from "../rooms";
import { Said } from "../Said";
import { leaveName, type Units, viewAsPart } from "../service";

type Model = Taking<"parts">;
type Part = Model["input"]["parts"][number];

/** A part with its room, and the model as if it took nothing else. */
interface Opened {
  part: Part;
  room: InputRoom;
  model: Manifest;
}

/** The room, of the rooms of the kinds that parts are of. */
export function parts(find: (kind: SingleKind) => unknown): InputRoom<Model, PartsExplanation> {
  const list = (model: Model): Opened[] =>
    model.input.parts.map((part) => ({
      part,
      room: find(part.input.kind) as InputRoom,
      model: viewPart(model, part),
    }));
  const listRefused = (model: Model) => list(model).filter(({ room }) => "refuse" in room.file);

  return {
    name: { en: "several parts", zh: "多个部分" },
    cases: () => "people",
    heading: { en: "What you ask about", zh: "询问对象" },
    anew: { en: "Start anew", zh: "重新开始" },
    Fields: (props) => <Sections {...props} opened={list(props.model)} />,
    open: (model, instance, units) => ({
      rows: [],
      content: "",
      parts: Object.fromEntries(
        list(model).map(({ part, room, model }) => {
          const own = takePart(part, instance);
          const draft = own ? room.open(model, own, takeUnits(part, units)) : emptyDraft();
          return [part.name, draft];
        }),
      ),
    }),
    async settle(model, draft) {
      const changes = await Promise.all(
        list(model).map(async ({ part, room, model }) => {
          const change = await room.settle?.(model, draftOf(draft, part));
          return (now: Draft) => (change ? changePart(now, part, change) : now);
        }),
      );
      return (now) => changes.reduce((settled, change) => change(settled), now);
    },
    check: (model, draft, units) =>
      list(model).flatMap(
        ({ part, room, model }) =>
          room.check?.(model, draftOf(draft, part), takeUnits(part, units)) ?? [],
      ),
    takeUnit(draft, feature, unit) {
      const [name = ""] = feature.split(".");
      const part = draft.parts?.[name];
      const row = part?.rows[0];
      if (!part || !row) return draft;
      const changed = { ...row, [feature]: { text: row[feature]?.text ?? "", unit } };
      return { ...draft, parts: { ...draft.parts, [name]: { ...part, rows: [changed] } } };
    },
    read(model, draft, units) {
      const read = list(model).flatMap(({ part, room, model }) => {
        const own = room.read(model, draftOf(draft, part), takeUnits(part, units));
        return part.missing && isEmpty(own)
          ? []
          : [[part.name, leaveName(part.name, own)] as const];
      });
      return Object.fromEntries(read);
    },
    Given: ({ model, instance }) => (
      <>
        {list(model).map((opened) => {
          const { part, room } = opened;
          const own = takePart(part, instance);
          return (
            <div class="part" key={part.name}>
              <h5>{translate(model, part.name)}</h5>
              {own ? (
                <room.Given model={opened.model} instance={own} />
              ) : (
                <p class="help">
                  <Lacking of={model} part={part} as="parts.missing" />
                </p>
              )}
            </div>
          );
        })}
      </>
    ),
    findRecording(model, instance) {
      const found = list(model).flatMap(({ part, room, model: alone }) => {
        const own = takePart(part, instance);
        return (own && room.findRecording?.(alone, own)) ?? [];
      });
      return found.length === 1 ? found[0] : undefined; // of several nobody knows which it is
    },
    Reasons: (props) => <Shares {...props} opened={list(props.model)} />,
    file: {
      list: (model) =>
        list(model).flatMap(({ part, room, model }) =>
          "list" in room.file
            ? room.file.list(model).map((name) => (name.includes(".") ? name : qualify(part, name)))
            : [],
        ),
    },
    refuseFile(model) {
      if (listRefused(model).length) return t("parts.no_files");
      const byId = list(model).some(({ room }) => "byId" in room.file && room.file.byId);
      return byId ? t("parts.no_histories") : undefined;
    },
    listFeatures: (model) =>
      list(model).flatMap(({ part, room, model }) =>
        room
          .listFeatures(model)
          .map((one) => (one.name.includes(".") ? one : { ...one, name: qualify(part, one.name) })),
      ),
    findMovable(model, instance) {
      for (const { part, room, model: alone } of list(model)) {
        const own = takePart(part, instance);
        const movable = own && room.findMovable?.(alone, own);
        if (movable)
          return {
            ...movable,
            change: (changed) => ({
              ...instance,
              [part.name]: leaveName(part.name, movable.change(changed)),
            }),
          };
      }
      return undefined;
    },
  };

  function Sections({ opened, ...props }: FieldsProps<Model> & { opened: Opened[] }) {
    const { model, draft, units, onChange } = props;
    return (
      <>
        {opened.map(({ part, room, model: alone }) => (
          <fieldset class="part" key={part.name}>
            <legend>{translate(model, part.name)}</legend>
            {part.missing && (
              <p class="help">
                <Lacking of={model} part={part} as="parts.optional" />
              </p>
            )}
            <PartProblem {...props} part={part} />
            <room.Fields
              {...props}
              {...("field" in part.input ? { id: `value-${qualify(part, part.input.field)}` } : {})}
              model={alone}
              draft={draftOf(draft, part)}
              units={takeUnits(part, units)}
              onChange={(change: Change) => onChange((now) => changePart(now, part, change))}
            />
          </fieldset>
        ))}
      </>
    );
  }

  function Shares(props: ReasonsProps<Model, PartsExplanation> & { opened: Opened[] }): VNode {
    const { model, instance, explanation, output, ranked, opened } = props;
    const { by_part, of, unit } = explanation;
    const largest = Math.max(...by_part.map((one) => Math.abs(one.contribution)), 1e-12);
    return (
      <>
        <p>
          {t("reasons.by_feature")} <strong>{output.nameTarget(model, of)}</strong>
        </p>
        <Bars
          signed
          caption={writeWay(explanation, output)}
          head={[t("reasons.part"), t("reasons.contribution")]}
          bars={by_part.map(({ part, contribution }) => ({
            name: translate(model, part),
            share: contribution / largest,
            text: writeMove(unit, contribution, output),
          }))}
        />
        {opened.map(({ part, room, model: alone }) => {
          const share = by_part.find((one) => one.part === part.name);
          const own = takePart(part, instance);
          const title = translate(model, part.name);
          return (
            <div class="part" key={part.name}>
              <h5>{title}</h5>
              {share && own && !share.missing && room.Share ? (
                <room.Share
                  model={alone}
                  instance={own}
                  share={{ ...nameFeatures(part, share), of, unit }}
                  part={title}
                  output={output}
                  ranked={ranked}
                />
              ) : (
                share?.missing && <p class="help">{t("parts.left_out")}</p>
              )}
            </div>
          );
        })}
      </>
    );
  }
}

const qualify = (part: Part, name: string) => `${part.name}.${name}`;

/** What is wrong with a part as a whole. */
function PartProblem({ model, part, problems }: FieldsProps<Model> & { part: Part }) {
  const problem = problems.get(part.name);
  if (!problem) return null;
  return (
    <p class="problem">
      <Said of={model} fact={problem} text={problem.problem} />
    </p>
  );
}

/** What the model does without a part; a sentence of the model, which may be English. */
function Lacking(props: { of: Model; part: Part; as: string }) {
  const { of, part } = props;
  const [before = "", after = ""] = t(props.as, { consequence: "\0" }).split("\0");
  return (
    <>
      {before}
      <Told of={of} text={part.missing ?? ""} />
      {after}
    </>
  );
}

const views = new WeakMap<Model, Map<string, Manifest>>();

/** The model as if it took one part alone, whose fields are called as in the whole. */
function viewPart(model: Model, part: Part): Manifest {
  const known = views.get(model) ?? new Map<string, Manifest>();
  views.set(model, known);
  const key = `${getLanguage()} ${part.name}`;
  const view = known.get(key) ?? viewAsPart(makeView(model, part), part.name);
  known.set(key, view);
  return view;
}

function makeView(model: Model, part: Part): Manifest {
  const { input } = part;
  const language = getLanguage();
  const features = "features" in input ? input.features : [];
  const names = features.map(({ name }) => name);
  if ("field" in input) names.push(input.field);
  const short = names.map((name) => [qualify(part, name), translate(model, name)]);
  const renamed =
    "field" in input
      ? { ...input, field: qualify(part, input.field) }
      : { ...input, features: features.map((one) => ({ ...one, name: qualify(part, one.name) })) };
  const { uncertainty: _, explanation: __, ...rest } = model;
  return {
    ...rest,
    input: renamed as Manifest["input"],
    examples: model.examples.flatMap((example) => {
      const instance = takePart(part, example.instance);
      return instance ? [{ ...example, instance }] : [];
    }),
    translations: {
      ...model.translations,
      [language]: { ...model.translations?.[language], ...Object.fromEntries(short) },
    },
  };
}

/** A part of an instance, its fields called as in the whole; none where it is missing. */
function takePart(part: Part, instance: Instance): Instance | undefined {
  const own = instance[part.name] as Instance | null | undefined;
  if (!own) return undefined;
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [qualify(part, name), value]),
  );
}

/** The units of all features, and those of the part by their own names. */
const takeUnits = (part: Part, units: Units): Units => ({
  ...units,
  ...Object.fromEntries(
    Object.entries(units)
      .filter(([name]) => name.startsWith(`${part.name}.`))
      .map(([name, offered]) => [name.slice(part.name.length + 1), offered]),
  ),
});

const nameFeatures = (part: Part, share: PartsExplanation["by_part"][number]) => ({
  ...share,
  contributions: (share.contributions ?? []).map((one) => ({
    ...one,
    feature: qualify(part, one.feature),
  })),
});

const draftOf = (draft: Draft, part: Part): Draft => draft.parts?.[part.name] ?? emptyDraft();

const changePart = (now: Draft, part: Part, change: Change): Draft => {
  const own = draftOf(now, part);
  const next = typeof change === "function" ? change(own) : change;
  return next === own ? now : { ...now, parts: { ...now.parts, [part.name]: next } };
};

/** Whether nothing was filled in. */
const isEmpty = (own: Instance) =>
  Object.values(own).every(
    (value) =>
      value === null ||
      value === "" ||
      value === undefined ||
      (Array.isArray(value) && !value.length),
  );
