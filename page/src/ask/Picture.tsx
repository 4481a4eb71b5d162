// A picture by drop, by paste or from a file; it goes to the service and nowhere else.
import { useEffect, useState } from "preact/hooks";
import { Told, t } from "../language";
import type { ImageInput } from "../manifest";
import { Said } from "../Said";
import type { FieldsProps } from "./draft";

/** The address under which the page itself can show a picture in base64. */
export const showPicture = (content: string) =>
  `data:${content.startsWith("/9j/") ? "image/jpeg" : "image/png"};base64,${content}`;

async function readFile(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text);
}

export function Picture({
  model,
  draft,
  input,
  problems,
  onChange,
}: FieldsProps & { input: ImageInput }) {
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
