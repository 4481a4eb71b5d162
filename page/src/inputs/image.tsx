// A picture by drop, by paste or from a file. Of a photograph a part is chosen and made small here;
// what is sent goes to the service and nowhere else.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { type Draft, type FieldsProps, openContent } from "../ask/draft";
import type { Drawing, ImageExplanation } from "../contract";
import { Told, t } from "../language";
import type { Instance } from "../manifest";
import type { InputRoom, Taking } from "../rooms";
import { Said } from "../Said";
import { Cropper } from "./Cropper";
import { address, Drawn, findDrawing, isUnseen, Thumbnail, useDrawing } from "./Drawn";
import { Drop, encode } from "./Drop";
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
      <OverDrawn model={model} instance={instance}>
        {(drawn) => <HeatMap {...given} {...drawn} />}
      </OverDrawn>
    ) : (
      <HeatMap {...given} picture={findPicture(model, instance)} />
    );
  },
  Share: ({ model, instance, share, part, output }) => {
    if (!share.heat_map) return null;
    const title = t("parts.regions", { part, of: output.nameTarget(model, share.of) });
    const given = { map: share.heat_map, title };
    return isUnseen(read(model, instance)) ? (
      <OverDrawn model={model} instance={instance}>
        {(drawn) => <RegionMap {...given} {...drawn} />}
      </OverDrawn>
    ) : (
      <RegionMap {...given} picture={findPicture(model, instance)} />
    );
  },
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

/** What is drawn over a picture that the service has drawn, and whose size it has told. */
function OverDrawn(props: {
  model: Model;
  instance: Instance;
  children: (drawn: { picture: string; whole: Drawing }) => VNode;
}) {
  const { model, instance, children } = props;
  const told = useDrawing(model, instance, read(model, instance))?.told;
  return <div>{told && children({ picture: address(told), whole: told.drawing })}</div>;
}

const ALONE = "value-picture";
const ACCEPTED = "image/*,.dcm,.tif,.tiff,.heic,.pdf"; // what cannot be read is told why, not hidden

function Picture({ model, id = ALONE, draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
  const [isOpening, setOpening] = useState(false);
  const newest = useRef<File | undefined>(undefined);
  const aside = draft.aside as Aside | undefined;
  const told =
    aside && "trouble" in aside ? t(`picture.problem.${aside.trouble}`, { ...input }) : "";
  const isOpen = aside && "bitmap" in aside && !aside.box;
  const refused = told ? undefined : problems.get(input.field);
  const set = (next: Pick<Draft, "content" | "aside">) => onChange({ ...draft, ...next });

  const take = async (file: File) => {
    newest.current = file;
    setOpening(true);
    const { aside, bytes } = await openFile(input, file).catch(() => ({
      aside: { trouble: "damaged" } as const,
      bytes: undefined,
    }));
    if (newest.current !== file) return;
    setOpening(false);
    if ("bitmap" in aside && aside.box)
      return set({ content: cut(input, aside.bitmap, aside.box), aside });
    set({ content: bytes ? await encode(new Blob([bytes])) : "", aside });
  };
  return (
    <Drop
      id={id}
      label={<Told of={model} text={input.description} />}
      accept={ACCEPTED}
      button={t("picture.open")}
      help={input.dicom || input.tiff ? t("ask.file_help") : t("ask.picture_help")}
      problem={told || (refused && <Said of={model} fact={refused} text={refused.problem} />)}
      isSudden={Boolean(told)}
      isKept={Boolean(aside)}
      unready={told || (isOpen ? t("picture.choose") : "")}
      pasted
      onFile={take}
      onSeveral={() => {
        newest.current = undefined;
        setOpening(false);
        set({ content: "", aside: { trouble: "two_files" } });
      }}
    >
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
          <Drawn
            model={model}
            instance={{ [input.field]: draft.content }}
            content={draft.content}
          />
        ) : (
          <Sent model={model} draft={draft} />
        ))}
    </Drop>
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
