// What the model sees of a file that a browser cannot show: drawn by the service, which reads it.
import { useEffect, useState } from "preact/hooks";
import type { Drawing } from "../contract";
import { t } from "../language";
import type { Instance, Manifest } from "../manifest";
import { Said } from "../Said";
import { type Drawn as Answer, draw, Refusal } from "../service";

type DrawAnswer = Answer<Drawing>;

const FIRST = 180; // characters, which hold the mark of a DICOM file

/** Whether a picture in base64 is none that a browser shows. */
export function isUnseen(content: string): boolean {
  if (/^(SUkq|TU0A)/.test(content)) return true; // TIFF
  try {
    return atob(content.slice(0, FIRST)).slice(128, 132) === "DICM";
  } catch {
    return false;
  }
}

/** Drawings by what was sent; nothing of them outlives the page. */
const drawn = new Map<string, Promise<DrawAnswer>>();
const MOST = 8;

export function findDrawing(model: Manifest, instance: Instance, content: string) {
  const key = `${model.id}@${model.version} ${Object.keys(instance)} ${content}`;
  const known = drawn.get(key);
  if (known) return known;
  const made = draw<Drawing>(model, instance);
  if (drawn.size >= MOST) drawn.delete(drawn.keys().next().value ?? "");
  drawn.set(key, made);
  made.catch(() => drawn.delete(key));
  return made;
}

/** The drawing of an instance, once it is there; why there is none, if there is none. */
export function useDrawing(model: Manifest, instance: Instance, content: string) {
  const [found, setFound] = useState<{ of: string; told?: DrawAnswer; refused?: Refusal }>();
  useEffect(() => {
    let isOver = false;
    findDrawing(model, instance, content).then(
      (told) => isOver || setFound({ of: content, told }),
      (error: unknown) =>
        isOver ||
        setFound({
          of: content,
          refused: error instanceof Refusal ? error : new Refusal(0, ""),
        }),
    );
    return () => {
      isOver = true;
    };
  }, [model, content]);
  return found?.of === content ? found : undefined;
}

export const address = (told: DrawAnswer) => `data:image/png;base64,${told.drawing.png}`;

interface Props {
  model: Manifest;
  instance: Instance;
  content: string;
}

/** The picture alone, beside an answer. */
export function Thumbnail({ model, instance, content }: Props) {
  const found = useDrawing(model, instance, content);
  return found?.told ? <img class="given smooth" src={address(found.told)} alt="" /> : null;
}

/** The picture, what of it the model sees, and how the file was read. */
export function Drawn({ model, instance, content }: Props) {
  const found = useDrawing(model, instance, content);
  if (!found) return <p role="status">{t("picture.opening")}</p>;
  const { told, refused } = found;
  if (!told) return <Undrawn model={model} refused={refused ?? new Refusal(0, "")} />;
  const { width, height, box } = told.drawing;
  const isPart = box.width < width || box.height < height;
  return (
    <div class="read-picture">
      <figure>
        <div class="seen">
          <img class="given" src={address(told)} alt={t("ask.picture_given")} />
          {isPart && (
            <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
              <rect x={box.left} y={box.top} width={box.width} height={box.height} />
            </svg>
          )}
        </div>
        <figcaption>
          {isPart ? t("picture.sent_whole") : t("picture.drawn", { width, height })}
        </figcaption>
      </figure>
      <div>
        <h4>{t("picture.how_read")}</h4>
        <ul class="read-as">
          {told.warnings.flatMap(listClauses).map((one) => (
            <li key={one.code} class={one.code === "dicom_burnt_in" ? "unsure" : undefined}>
              <Said of={model} fact={one} text={one.problem} />
            </li>
          ))}
        </ul>
        {told.reason && (
          <p class="unsure">
            <b>{t("picture.will_abstain")}</b> <Said of={model} fact={told} text={told.reason} />
            {t("reasons.stop")}
          </p>
        )}
      </div>
    </div>
  );
}

function Undrawn({ model, refused }: { model: Manifest; refused: Refusal }) {
  const [problem] = refused.details;
  if (problem)
    return (
      <p class="problem" role="alert">
        <Said of={model} fact={problem} text={problem.problem} />
      </p>
    );
  return (
    <p class="problem" role="alert">
      {refused.status ? <Said fact={refused.fact} text={refused.message} /> : t("picture.undrawn")}
    </p>
  );
}

type Told = DrawAnswer["warnings"][number];

/** The clauses of how a file was read, each in a line; another warning is one line. */
function listClauses(warning: Told): Told[] {
  const { how } = warning.limits as { how?: Pick<Told, "code" | "limits">[] };
  return how ? how.map((one) => ({ ...warning, ...one, problem: "" })) : [warning];
}
