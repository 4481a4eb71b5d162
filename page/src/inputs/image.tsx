// A picture by drop, by paste or from a file. Of a photograph a part is chosen and made small here;
// what is sent goes to the service and nowhere else.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Draft, type FieldsProps, openContent } from "../ask/draft";
import type { ImageExplanation } from "../contract";
import { Told, t } from "../language";
import type { Instance } from "../manifest";
import type { InputRoom, Taking } from "../rooms";
import { Said } from "../Said";
import { Cropper } from "./Cropper";
import { address, Drawn, findDrawing, isUnseen, Thumbnail, useDrawing } from "./Drawn";
import { HeatMap, RegionMap } from "./HeatMap";
import { type Aside, cut, openFile, type Whole } from "./photo";

type Model = Taking<"image">;

export const image: InputRoom<Model, ImageExplanation> = {
  name: { en: "picture", zh: "图像" },
  cases: () => "pictures",
  heading: { en: "The picture", zh: "图像" },
  anew: { en: "Start anew", zh: "重新开始" },
  Fields: Picture,
  open: ({ input }, instance) => openContent(instance[input.field]),
  read: ({ input }, draft) => {
    const instance = { [input.field]: draft.content };
    if (isCut(draft)) cuts.add(instance);
    return instance;
  },
  Given: ({ model, instance }) => (
    <>
      {isUnseen(read(model, instance)) ? (
        <Thumbnail model={model} instance={instance} content={read(model, instance)} />
      ) : (
        <img class="given" src={findPicture(model, instance)} alt="" />
      )}
      {cuts.has(instance) && <p class="unsure">{t("picture.cut")}</p>}
    </>
  ),
  findPicture: (model, instance) => ({
    show: async () => {
      const content = read(model, instance);
      if (!isUnseen(content)) return { address: showPicture(content) };
      const told = await findDrawing(model, instance, content);
      return { address: address(told), whole: told.drawing };
    },
    isScaled: cuts.has(instance),
  }),
  Reasons: ({ model, instance, explanation, output }) => {
    const of = output.nameTarget(model, explanation.heat_map.of);
    const given = { model, explanation, of };
    return isUnseen(read(model, instance)) ? (
      <DrawnMap {...given} instance={instance} />
    ) : (
      <HeatMap {...given} picture={findPicture(model, instance)} />
    );
  },
  Share: ({ model, instance, share, part, output }) =>
    share.heat_map && !isUnseen(read(model, instance)) ? (
      <RegionMap
        picture={findPicture(model, instance)}
        map={share.heat_map}
        title={t("parts.regions", { part, of: output.nameTarget(model, share.of) })}
      />
    ) : null,
  file: { refuse: () => t("file.no_pictures") },
  listFeatures: () => [],
};

/** What was asked about and is a part that its reader chose: an answer to it says so. */
const cuts = new WeakSet<Instance>();

const isCut = ({ aside }: Draft) => "bitmap" in ((aside as Aside | undefined) ?? {});

/** The address under which the page itself can show a picture in base64. */
const showPicture = (content: string) =>
  `data:${content.startsWith("/9j/") ? "image/jpeg" : "image/png"};base64,${content}`;

/** What was sent, in base64. */
const read = ({ input }: Model, instance: Instance) => String(instance[input.field] ?? "");

const findPicture = (model: Model, instance: Instance) => showPicture(read(model, instance));

/** A map over a picture that the service has drawn, and whose size it has told. */
function DrawnMap(props: Omit<Parameters<typeof HeatMap>[0], "picture"> & { instance: Instance }) {
  const { instance, ...rest } = props;
  const model = props.model as Model;
  const told = useDrawing(model, instance, read(model, instance))?.told;
  return <div>{told && <HeatMap {...rest} picture={address(told)} whole={told.drawing} />}</div>;
}

const encode = (bytes: Uint8Array) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

const ALONE = "value-picture";
const ACCEPTED = "image/*,.dcm,.tif,.tiff,.heic,.pdf"; // what cannot be read is told why, not hidden

function Picture({ model, id = ALONE, draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
  const [over, setOver] = useState(false);
  const [isOpening, setOpening] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const newest = useRef<File | undefined>(undefined);
  const aside = draft.aside as Aside | undefined;
  const told =
    aside && "trouble" in aside ? t(`picture.problem.${aside.trouble}`, { ...input }) : "";
  const isOpen = aside && "bitmap" in aside && !aside.box;
  const refused = told ? undefined : problems.get(input.field);
  // nothing is asked before a part is chosen: the browser says so at the field
  useEffect(() => {
    field.current?.setCustomValidity(told || (isOpen ? t("picture.choose") : ""));
    if (field.current && !aside) field.current.value = ""; // what it names is no longer there
  });
  const set = (next: Pick<Draft, "content" | "aside">) => onChange({ ...draft, ...next });

  const take = async (files: FileList | undefined) => {
    const [file] = files ?? [];
    if (!files || !file) return;
    newest.current = file;
    if (files.length > 1) return set({ content: "", aside: { trouble: "two_files" } });
    setOpening(true);
    const { aside, bytes } = await openFile(input, file).catch(() => ({
      aside: { trouble: "damaged" } as const,
      bytes: undefined,
    }));
    if (newest.current !== file) return;
    setOpening(false);
    if ("bitmap" in aside && aside.box)
      return set({ content: cut(input, aside.bitmap, aside.box), aside });
    set({ content: bytes ? encode(bytes) : "", aside });
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      // where there are several pictures, it is for the one that is being filled in
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
      <label for={id}>
        <Told of={model} text={input.description} />
      </label>
      <input
        id={id}
        class="unseen"
        ref={field}
        type="file"
        accept={ACCEPTED}
        aria-invalid={Boolean(told || refused)}
        aria-describedby={`${id}-help ${id}-problem`}
        onChange={(event) => take(event.currentTarget.files ?? undefined)}
      />
      <label class="button quiet" for={id}>
        {t("picture.open")}
      </label>
      <p class="help" id={`${id}-help`}>
        {input.dicom || input.tiff ? t("ask.file_help") : t("ask.picture_help")}
      </p>
      <p class="problem" id={`${id}-problem`} role={told ? "alert" : undefined}>
        {told}
        {refused && <Said of={model} fact={refused} text={refused.problem} />}
      </p>
      {isOpening && <p role="status">{t("picture.opening")}</p>}
      {aside && "bitmap" in aside && (
        <>
          <p class="lead" role="status">
            {t(describe(aside.places.length), { count: aside.places.length, of: aside.count })}
          </p>
          <Cropper
            input={input}
            photo={aside}
            onChoose={(box) =>
              set({ content: cut(input, aside.bitmap, box), aside: { ...aside, box } })
            }
          />
        </>
      )}
      {aside && "notes" in aside && (
        <ul class="notes">
          {aside.notes.map((note) => (
            <li key={note} class={note === "grey" ? "unsure" : undefined}>
              {t(`picture.note.${note}`)}
            </li>
          ))}
        </ul>
      )}
      {draft.content &&
        (isUnseen(draft.content) || (aside && "unseen" in aside) ? (
          id === ALONE && ( // the service draws what is a whole instance
            <Drawn
              model={model}
              instance={{ [input.field]: draft.content }}
              content={draft.content}
            />
          )
        ) : (
          <Sent model={model} draft={draft} />
        ))}
    </div>
  );
}

const describe = (places: number) =>
  places > 1 ? "picture.several" : places ? "picture.one" : "picture.none";

/** What will be sent, as the model sees it, beside pictures that it knows. */
function Sent({ model, draft }: { model: Model; draft: Draft }) {
  const { width, height } = model.input;
  const aside = draft.aside as Aside | undefined;
  const whole = aside && "whole" in aside ? aside : undefined;
  const isChosen = isCut(draft);
  const known = model.examples.filter(({ instance }) => !isUnseen(read(model, instance)));
  return (
    <div class="sent">
      <figure>
        <Seen content={draft.content} whole={whole} />
        <figcaption>
          {whole && whole.width !== width
            ? t("picture.sent_whole")
            : t("picture.sent", { width, height })}
        </figcaption>
      </figure>
      {isChosen && known.length > 0 && (
        <figure class="known">
          <div>
            {known.slice(0, 4).map(({ title, instance }) => (
              <img key={title} class="pixels" src={findPicture(model, instance)} alt="" />
            ))}
          </div>
          <figcaption>{t("picture.known")}</figcaption>
        </figure>
      )}
      {isChosen && <p class="unsure">{t("picture.scale")}</p>}
    </div>
  );
}

/** The picture, and in one that goes as it is the part that the model sees. */
function Seen({ content, whole }: { content: string; whole: Whole | undefined }) {
  const part = whole && whole.box.width < whole.width ? whole : undefined;
  return (
    <div class={part ? "seen" : "seen pixels"}>
      <img class="given" src={showPicture(content)} alt={t("ask.picture_given")} />
      {part && (
        <svg viewBox={`0 0 ${part.width} ${part.height}`} aria-hidden="true">
          <rect
            x={part.box.left}
            y={part.box.top}
            width={part.box.width}
            height={part.box.height}
          />
        </svg>
      )}
    </div>
  );
}
