// A class per pixel: its areas and objects in a table, and the mask over the picture, whose drawing
// is loaded when there is one.
import { useEffect, useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import type { AreaBounds, Mask } from "../contract";
import { formatCount, formatNumber, formatPercent, Told, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom, Picture, ShownPicture } from "../rooms";

type Model = Giving<"mask">;
type Props = AnswerProps<Model, Mask, AreaBounds>;

export const mask: OutputRoom<Model, Mask, AreaBounds> = {
  name: { en: "mask", zh: "分割" },
  question: { en: "Where is it, and how large?", zh: "在哪里，有多大？" },
  Verdict,
  Answer,
  listClaims: () => [],
  listNamed: ({ output }) => output.labels.map((name) => ({ name })),
  nameCurve: () => "",
  nameTarget: (model, of) =>
    t("mask.share_of", { label: translate(model, of.replace(/^share_/, "")) }),
  // a file of rows is a table of text, which no picture comes in
  writeCells: ({ areas }) =>
    Object.fromEntries(
      areas.flatMap(({ label, pixels, share }) => [
        [`pixels_${label}`, pixels],
        [`share_${label}`, share],
      ]),
    ),
};

/** How many labels are told large; the others are in the table. */
const MOST = 3;

function Verdict({ model, output, interval }: Props) {
  const found = output.areas.filter(({ pixels }) => pixels > 0).sort((a, b) => b.pixels - a.pixels);
  return (
    <div class="told">
      <p class="verdict">
        {found.slice(0, MOST).map(({ label, share }) => (
          <span key={label}>
            <Told of={model} text={label} /> {formatPercent(share)}{" "}
          </span>
        ))}
        {found.length === 0 && t("mask.none")}
      </p>
      {found.length > 0 && <p class="rank">{t("mask.of_picture")}</p>}
      {interval && found.length > 0 && (
        <p class="interval">{t("mask.interval", { share: formatPercent(interval.coverage, 0) })}</p>
      )}
    </div>
  );
}

function Answer({ model, output, interval, picture }: Props) {
  const { objects } = output;
  const isKnown = !picture?.isScaled && output.areas.some(({ mm2 }) => mm2 !== null);
  const bounds = new Map(interval?.areas.map((area) => [area.label, area]));
  const head = [
    t("mask.label"),
    t("mask.share"),
    ...(interval ? [t("mask.bounds", { share: formatPercent(interval.coverage, 0) })] : []),
    t("mask.pixels"),
    ...(isKnown ? [t("mask.mm2")] : []),
    ...(objects ? [t("mask.objects")] : []),
  ];
  const rows = output.areas.map(({ label, share, pixels, mm2 }) => {
    const { low = 0, high = 1 } = bounds.get(label) ?? {};
    return [
      <Told key="label" of={model} text={label} />,
      formatPercent(share),
      ...(interval ? [`${formatPercent(low)} – ${formatPercent(high)}`] : []),
      formatCount(pixels),
      ...(isKnown ? [mm2 === null ? "" : formatNumber(mm2)] : []),
      ...(objects ? [formatCount(objects[label] ?? 0)] : []),
    ];
  });
  return (
    <figure class="figure">
      <figcaption>{t("mask.figure")}</figcaption>
      {picture && <Drawing model={model} output={output} picture={picture} />}
      <DataTable caption={t("mask.figure")} head={head} rows={rows} class="areas" />
      <p class="caveat">
        {t("mask.unsure", { share: formatPercent(output.unsure) })} {!isKnown && t("mask.no_scale")}{" "}
        {objects && t("mask.touching")}
      </p>
    </figure>
  );
}

function Drawing(props: { model: Model; output: Mask; picture: Picture }) {
  const { model, output, picture } = props;
  const [View, setView] = useState<typeof import("./MaskView").default>();
  const [shown, setShown] = useState<{ of: Mask; picture: ShownPicture | undefined }>();
  useEffect(() => {
    import("./MaskView").then((room) => setView(() => room.default));
  }, []);
  // anew with each answer: until then its picture is the same
  useEffect(() => {
    let isWanted = true;
    const set = (picture?: ShownPicture) => {
      if (isWanted) setShown({ of: output, picture });
    };
    picture.show().then(set, () => set());
    return () => {
      isWanted = false;
    };
  }, [output]);
  if (!View || shown?.of !== output) return <p role="status">{t("mask.loading")}</p>;
  if (!shown.picture) return <p class="problem">{t("picture.undrawn")}</p>;
  return <View model={model} output={output} picture={shown.picture} />;
}
