// Where hiding a patch of the picture lowers the answer (or raises it), over the picture.
import { useState } from "preact/hooks";
import { Figure } from "../charts/Figure";
import type { ImageExplanation } from "../contract";
import { formatNumber, formatPercent, t } from "../language";
import type { Manifest } from "../manifest";
import { Said } from "../Said";

export function HeatMap(props: {
  model: Manifest;
  picture: string;
  explanation: ImageExplanation;
  of: string;
}) {
  const { model, picture, explanation, of } = props;
  const [strength, setStrength] = useState(60);
  const [size, setSize] = useState({ width: 1, height: 1 });
  const { rows, box } = explanation.heat_map;
  const largest = Math.max(...rows.flat().map(Math.abs), 1e-12);
  const columns = rows[0]?.length ?? 1;
  return (
    <Figure
      title={t("heat.title", { of })}
      head={[t("heat.row"), ...Array.from({ length: columns }, (_, i) => String(i + 1))]}
      rows={rows.map((row, i) => [i + 1, ...row.map((value) => formatNumber(value, 2))])}
    >
      <div class="heat">
        <img
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
          aria-label={t("heat.title", { of })}
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
      <p class="help">
        {t("heat.measure")}{" "}
        <Said of={model} fact={explanation.parts.measure} text={explanation.measure} />
        {t("reasons.stop")}
      </p>
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
