// A picture by drop, by paste or from a file; it goes to the service and nowhere else.
import { useEffect, useState } from "preact/hooks";
import { type FieldsProps, openContent } from "../ask/draft";
import type { ImageExplanation } from "../contract";
import { Told, t } from "../language";
import type { Instance } from "../manifest";
import type { InputRoom, Taking } from "../rooms";
import { Said } from "../Said";
import { HeatMap } from "./HeatMap";

type Model = Taking<"image">;

export const image: InputRoom<Model, ImageExplanation> = {
  name: { en: "picture", zh: "图像" },
  cases: () => "pictures",
  heading: { en: "The picture", zh: "图像" },
  Fields: Picture,
  open: ({ input }, instance) => openContent(instance[input.field]),
  read: ({ input }, draft) => ({ [input.field]: draft.content }),
  Given: ({ model, instance }) => <img class="given" src={findPicture(model, instance)} alt="" />,
  Reasons: ({ model, instance, explanation, output }) => (
    <HeatMap
      model={model}
      picture={findPicture(model, instance)}
      explanation={explanation}
      of={output.nameTarget(model, explanation.heat_map.of)}
    />
  ),
  file: { refuse: () => t("file.no_pictures") },
  listFeatures: () => [],
};

/** The address under which the page itself can show a picture in base64. */
const showPicture = (content: string) =>
  `data:${content.startsWith("/9j/") ? "image/jpeg" : "image/png"};base64,${content}`;

const findPicture = ({ input }: Model, instance: Instance) =>
  showPicture(String(instance[input.field] ?? ""));

async function readFile(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text);
}

function Picture({ model, draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
  const [over, setOver] = useState(false);
  const problem = problems.get(input.field);
  const take = async (file: File | undefined) => {
    if (file) onChange({ ...draft, content: await readFile(file) });
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => take(event.clipboardData?.files[0]);
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more, the file field is the other
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <label for="value-picture">
        <Told of={model} text={input.description} />
      </label>
      {draft.content && (
        <img class="given" src={showPicture(draft.content)} alt={t("ask.picture_given")} />
      )}
      <input
        id="value-picture"
        type="file"
        accept="image/png,image/jpeg"
        aria-invalid={problem !== undefined}
        aria-describedby="value-picture-help value-picture-problem"
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      <p class="help" id="value-picture-help">
        {t("ask.picture_help")}
      </p>
      <p class="problem" id="value-picture-problem">
        {problem && <Said of={model} fact={problem} text={problem.problem} />}
      </p>
    </div>
  );
}
