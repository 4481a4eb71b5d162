// Where a file is dropped, chosen or, if that is wanted, pasted; below it what is wrong and what came.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  /** Of the field. */
  id: string;
  /** What the file is of. */
  label: VNode;
  /** The endings that are offered first; what cannot be read is told why, not hidden. */
  accept: string;
  button: string;
  help: ComponentChildren;
  /** What is wrong with what came. */
  problem: ComponentChildren;
  /** Whether that is said at once by a screen reader. */
  isSudden: boolean;
  /** Whether the field still names what was chosen. */
  isKept: boolean;
  /** Why nothing may be asked yet. */
  unready?: string;
  pasted?: boolean;
  onFile: (file: File) => void;
  onSeveral: () => void;
  children: ComponentChildren;
}

export function Drop(props: Props) {
  const { id, problem, isSudden, isKept, unready = "" } = props;
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.setCustomValidity(unready);
    if (field.current && !isKept) field.current.value = "";
  });
  const take = (files: FileList | null | undefined) => {
    const [file] = files ?? [];
    if (file) files?.length === 1 ? props.onFile(file) : props.onSeveral();
  };
  useEffect(() => {
    if (!props.pasted) return;
    const paste = (event: ClipboardEvent) => {
      // where there are several fields, it is for the one that is being filled in
      const several = document.querySelectorAll("form input[type=file]").length > 1;
      if (several && document.activeElement !== field.current) return;
      take(event.clipboardData?.files);
    };
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
        take(event.dataTransfer?.files);
      }}
    >
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="unseen"
        ref={field}
        type="file"
        accept={props.accept}
        aria-invalid={Boolean(problem)}
        aria-describedby={`${id}-help ${id}-problem`}
        onChange={(event) => take(event.currentTarget.files)}
      />
      <label class="button quiet" for={id}>
        {props.button}
      </label>
      <p class="help" id={`${id}-help`}>
        {props.help}
      </p>
      <div class="problem" id={`${id}-problem`} role={problem && isSudden ? "alert" : undefined}>
        {problem}
      </div>
      {props.children}
    </div>
  );
}

/** What a file holds, in base64. */
export const encode = (file: Blob) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
