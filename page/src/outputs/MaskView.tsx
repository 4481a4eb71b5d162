// The picture with the mask over it: as areas, as contours, or how unsure the model is.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Mask } from "../contract";
import { formatPercent, Told, t } from "../language";
import type { Giving, ShownPicture } from "../rooms";
import { findContours, type PixelMap, readMap } from "./maps";

type Model = Giving<"mask">;
type Shown = "areas" | "contours" | "uncertainty";

/** As functions/medmaas/model/outputs/drawing.py has them. */
const COLOURS = ["#009e73", "#e69f00", "#cc79a7", "#882255", "#88ccee"];
const UNSURE = "#c8329b";

/** The colour of a label among those that are looked for. */
export const findColour = (place: number) => COLOURS[place % COLOURS.length] ?? UNSURE;

interface Props {
  model: Model;
  output: Mask;
  /** What was sent. */
  picture: ShownPicture;
}

export default function MaskView({ model, output, picture }: Props) {
  const { labels, background, uncertainty } = model.output;
  const found = labels.filter((label) => label !== background);
  const [shown, setShown] = useState<Shown>("areas");
  const [strength, setStrength] = useState(50);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [natural, setNatural] = useState({ width: output.width, height: output.height });
  const size = picture.whole ?? natural;
  const mask = useMap(output.mask);
  const doubt = useMap(output.uncertainty);
  const group = useId();
  const ways: Shown[] = [
    "areas",
    "contours",
    ...(output.uncertainty ? ["uncertainty" as const] : []),
  ];
  const box = output.box ?? { left: 0, top: 0, right: size.width, bottom: size.height };
  const place = {
    left: `${(100 * box.left) / size.width}%`,
    top: `${(100 * box.top) / size.height}%`,
    width: `${(100 * (box.right - box.left)) / size.width}%`,
    height: `${(100 * (box.bottom - box.top)) / size.height}%`,
  };
  const toggle = (label: string) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    setHidden(next);
  };
  const colours = labels.map((label) =>
    label === background || hidden.has(label) ? undefined : findColour(found.indexOf(label)),
  );
  const map = shown === "uncertainty" ? doubt : mask;
  return (
    <div class="masked">
      <div class="stage">
        <img
          src={picture.address}
          alt={t("mask.picture")}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setNatural({ width: naturalWidth, height: naturalHeight })
          }
        />
        {map && (
          <Layer map={map} shown={shown} colours={colours} place={place} opacity={strength / 100} />
        )}
      </div>
      <div class="layers">
        <fieldset>
          <legend>{t("mask.shown")}</legend>
          {ways.map((way) => (
            <label key={way}>
              <input
                type="radio"
                name={group}
                checked={shown === way}
                onChange={() => setShown(way)}
              />
              {t(`mask.${way}`)}
            </label>
          ))}
        </fieldset>
        {shown === "uncertainty" ? (
          <p class="help">
            {t("mask.measure")} <Told of={model} text={uncertainty?.measure ?? ""} />
            {t("reasons.stop")} {t("mask.range", { ...uncertainty })}
          </p>
        ) : (
          <fieldset>
            <legend>{t("mask.labels")}</legend>
            {found.map((label, i) => (
              <label key={label}>
                <input
                  type="checkbox"
                  checked={!hidden.has(label)}
                  onChange={() => toggle(label)}
                />
                <span class="swatch" style={{ background: findColour(i) }} aria-hidden="true" />
                <Told of={model} text={label} />
              </label>
            ))}
          </fieldset>
        )}
        <label class="slider">
          <span>
            {t("heat.strength")} <output>{formatPercent(strength / 100, 0)}</output>
          </span>
          <input
            type="range"
            min={0}
            max={100}
            value={strength}
            onInput={(event) => setStrength(Number(event.currentTarget.value))}
          />
        </label>
      </div>
    </div>
  );
}

function Layer(props: {
  map: PixelMap;
  shown: Shown;
  /** By position of a label; none for one that is not shown. */
  colours: (string | undefined)[];
  place: Record<string, string>;
  opacity: number;
}) {
  const { map, shown, colours } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = JSON.stringify(colours);
  // anew only where the colours are others, not where they are listed again
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    context?.putImageData(paint(map, shown, colours), 0, 0);
  }, [map, shown, drawn]);
  return (
    <canvas
      ref={canvas}
      width={map.width}
      height={map.height}
      style={{ ...props.place, opacity: props.opacity }}
      role="img"
      aria-label={t(`mask.${shown}`)}
    />
  );
}

function paint(map: PixelMap, shown: Shown, colours: (string | undefined)[]): ImageData {
  const image = new ImageData(map.width, map.height);
  const pixels = new DataView(image.data.buffer);
  const contours = shown === "contours" ? findContours(map) : undefined;
  const inks = colours.map((colour) => colour && Number.parseInt(`${colour.slice(1)}ff`, 16));
  const unsure = Number.parseInt(`${UNSURE.slice(1)}00`, 16);
  map.values.forEach((value, i) => {
    if (shown === "uncertainty") pixels.setUint32(4 * i, unsure + value);
    else if (inks[value] && (!contours || contours[i])) pixels.setUint32(4 * i, inks[value]);
  });
  return image;
}

/** Undefined while it is read, and where there is none. */
function useMap(png: string | undefined): PixelMap | undefined {
  const [found, setFound] = useState<{ png: string; map: PixelMap }>();
  useEffect(() => {
    let isWanted = true;
    if (png) readMap(png).then((map) => isWanted && setFound({ png, map }));
    return () => {
      isWanted = false;
    };
  }, [png]);
  return found?.png === png ? found?.map : undefined;
}
