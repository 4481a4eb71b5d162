// Where hiding a patch of the picture lowers the answer (or raises it), over the picture; only where it
// was measured that such maps say more than "look at the middle".
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Figure } from "../charts/Figure";
import type { ImageExplanation } from "../contract";
import { formatNumber, formatPercent, t } from "../language";
import type { Manifest } from "../manifest";
import { Said } from "../Said";

interface Props {
  model: Manifest;
  picture: string;
  explanation: ImageExplanation;
  of: string;
  /** Pixels of the picture, where what is shown has others. */
  whole?: { width: number; height: number };
}

/** As the service weighs a trial: see functions/medmaas/model/manifest/explanation.py. */
const FEWEST_TRIED = 200;

export function HeatMap(props: Props) {
  const trial = props.model.explanation?.trial;
  if (!trial)
    return (
      <details>
        <summary>{t("heat.untried")}</summary>
        <Heat {...props} />
      </details>
    );
  const isWon = trial.every(({ n, low }) => n >= FEWEST_TRIED && (low ?? 0) > 0);
  return isWon ? <Heat {...props} /> : <p class="help">{t("heat.lost")}</p>;
}

function Heat({ model, picture, explanation, of, whole }: Props) {
  return (
    <RegionMap
      picture={picture}
      whole={whole}
      map={explanation.heat_map}
      title={t("heat.title", { of })}
    >
      <p class="help">
        {t("heat.measure")}{" "}
        <Said of={model} fact={explanation.parts.measure} text={explanation.measure} />
        {t("reasons.stop")}
      </p>
    </RegionMap>
  );
}

/** What places of a picture are worth, over it; and what the numbers are. */
export function RegionMap(props: {
  picture: string;
  whole?: Props["whole"];
  map: Pick<ImageExplanation["heat_map"], "rows" | "box">;
  title: string;
  children?: ComponentChildren;
}) {
  const { picture, title, whole } = props;
  const [strength, setStrength] = useState(60);
  const [shown, setSize] = useState({ width: 1, height: 1 });
  const size = whole ?? shown;
  const { rows, box } = props.map;
  const largest = Math.max(...rows.flat().map(Math.abs), 1e-12);
  const columns = rows[0]?.length ?? 1;
  const places = [
    { key: "heat.most_for", place: findPlace(rows, 1) },
    { key: "heat.most_against", place: findPlace(rows, -1) },
  ].flatMap(({ key, place }) => (place ? [{ key, place }] : []));
  return (
    <Figure
      title={title}
      head={[t("heat.row"), ...Array.from({ length: columns }, (_, i) => String(i + 1))]}
      rows={rows.map((row, i) => [i + 1, ...row.map((value) => formatNumber(value, 2))])}
    >
      <div class="heat">
        <img
          class={whole && "smooth"}
          src={picture}
          alt=""
          onLoad={(event) =>
            setSize({
              width: event.currentTarget.naturalWidth,
              height: event.currentTarget.naturalHeight,
            })
          }
        />
        <svg
          role="img"
          aria-label={title}
          viewBox={`0 0 ${size.width} ${size.height}`}
          style={{ opacity: strength / 100 }}
        >
          {rows.flatMap((row, i) =>
            row.map((value, j) => (
              <rect
                key={`${i} ${j}`}
                class={value < 0 ? "down" : "up"}
                style={{ opacity: Math.abs(value) / largest }}
                x={box.left + (j * box.width) / columns}
                y={box.top + (i * box.height) / rows.length}
                width={box.width / columns}
                height={box.height / rows.length}
              />
            )),
          )}
        </svg>
      </div>
      <p>
        {places.map(({ key, place }) => (
          <span key={key}>
            {t(key)} <Said fact={{ code: place, limits: {} }} text={place} />
            {t("reasons.stop")}{" "}
          </span>
        ))}
      </p>
      {props.children}
      <ul class="legend">
        <li class="key-for">{t("heat.for")}</li>
        <li class="key-against">{t("heat.against")}</li>
      </ul>
      <label class="slider">
        {t("heat.strength")} <output>{formatPercent(strength / 100, 0)}</output>
        <input
          type="range"
          min={0}
          max={100}
          value={strength}
          onInput={(event) => setStrength(Number(event.currentTarget.value))}
        />
      </label>
    </Figure>
  );
}

const DOWN = ["upper", "middle", "lower"];
const ACROSS = ["left", "middle", "right"];

/** In which ninth the most speaks for the answer, or against it; nothing if nowhere. */
function findPlace(rows: number[][], sign: 1 | -1): string | undefined {
  const cells = rows.flatMap((row, i) =>
    row.map((value, j) => ({
      value: sign * value,
      down: DOWN[Math.floor((3 * i) / rows.length)],
      across: ACROSS[Math.floor((3 * j) / row.length)],
    })),
  );
  const most = cells.reduce(
    (a, b) => (b.value > a.value ? b : a),
    cells[0] ?? { value: 0, down: "", across: "" },
  );
  if (most.value <= 0) return undefined;
  return most.down === most.across ? most.down : `${most.down}_${most.across}`;
}
