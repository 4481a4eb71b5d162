// A photograph, the places in it that stand out, and the square that the reader puts on one of them.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ManifestImageInput } from "../contract";
import { formatCount, t } from "../language";
import type { Place } from "./cells";
import { type Box, draw, type Photo, placeBox } from "./photo";

const SHOWN = 1200; // pixels of the longer edge on the page
const STEP = 0.02; // of a square's width, a press of a key
const LEAP = 0.1; // with Shift
const GROWTH = 1.1;

const MOVES: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const SIZES: Record<string, number> = { "+": GROWTH, "=": GROWTH, "-": 1 / GROWTH, _: 1 / GROWTH };

export function Cropper(props: {
  input: ManifestImageInput;
  photo: Photo;
  /** Told when a square has come to rest. */
  onChoose: (box: Box) => void;
}) {
  const { input, photo, onChoose } = props;
  const { bitmap, places } = photo;
  const [moving, setMoving] = useState<Box>();
  const stage = useRef<HTMLDivElement>(null);
  const square = useRef<HTMLButtonElement>(null);
  const box = moving ?? photo.box;
  const place = (middle: Place, width: number) => placeBox(input, bitmap, middle, width);
  const choose = (next: Box) => {
    setMoving(undefined);
    onChoose(next);
  };
  const move = (from: Box, x: number, y: number) =>
    place({ x: findMiddle(from).x + x, y: findMiddle(from).y + y }, from.width);
  const resize = (from: Box, times: number) => place(findMiddle(from), from.width * times);

  /** Follows a pointer until it is lifted. */
  const follow = (event: PointerEvent, change: (x: number, y: number) => Box) => {
    const width = stage.current?.clientWidth;
    if (!width || event.button > 0) return;
    event.preventDefault();
    square.current?.focus();
    const scale = bitmap.width / width;
    const find = ({ clientX, clientY }: PointerEvent) =>
      change((clientX - event.clientX) * scale, (clientY - event.clientY) * scale);
    const target = event.currentTarget as HTMLElement;
    target.setPointerCapture(event.pointerId);
    const step = (next: PointerEvent) => setMoving(find(next));
    const stop = (last: PointerEvent) => {
      target.removeEventListener("pointermove", step);
      target.removeEventListener("pointerup", stop);
      target.removeEventListener("pointercancel", stop);
      choose(find(last));
    };
    target.addEventListener("pointermove", step);
    target.addEventListener("pointerup", stop);
    target.addEventListener("pointercancel", stop);
  };

  const press = (event: KeyboardEvent, from: Box) => {
    const way = MOVES[event.key];
    const times = SIZES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || times)) return;
    event.preventDefault();
    const far = Math.max(1, Math.round(from.width * (event.shiftKey ? LEAP : STEP)));
    choose(way ? move(from, way[0] * far, way[1] * far) : resize(from, times ?? 1));
  };

  /** Where there is nothing to take hold of, the square comes to the pointer. */
  const point = (event: MouseEvent) => {
    const frame = stage.current?.getBoundingClientRect();
    if (!frame) return;
    const scale = bitmap.width / frame.width;
    const middle = {
      x: (event.clientX - frame.left) * scale,
      y: (event.clientY - frame.top) * scale,
    };
    choose(place(middle, box?.width ?? photo.size));
  };

  return (
    <div class="cropper">
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the places and the square are buttons */}
      <div class="stage" ref={stage} onClick={point}>
        <Shown bitmap={bitmap} />
        {places.length > 1 &&
          places.map((one, i) =>
            box && holds(box, one) ? null : (
              <button
                key={`${one.x} ${one.y}`}
                type="button"
                class="place"
                style={{ left: percent(one.x, bitmap.width), top: percent(one.y, bitmap.height) }}
                aria-label={t("picture.place", { n: i + 1 })}
                onClick={(event) => {
                  event.stopPropagation();
                  choose(place(one, box?.width ?? photo.size));
                }}
              >
                <span>{i + 1}</span>
              </button>
            ),
          )}
        {box && (
          <button
            type="button"
            class="square"
            ref={square}
            style={{
              left: percent(box.left, bitmap.width),
              top: percent(box.top, bitmap.height),
              width: percent(box.width, bitmap.width),
              height: percent(box.height, bitmap.height),
            }}
            aria-label={t("picture.square", write(box))}
            aria-describedby="picture-keys"
            onClick={(event) => event.stopPropagation()}
            onPointerDown={(event) => follow(event, (x, y) => move(box, x, y))}
            onKeyDown={(event) => press(event, box)}
          >
            <span
              class="corner"
              aria-hidden="true"
              onPointerDown={(event) => {
                event.stopPropagation();
                const corner = { x: box.left, y: box.top };
                follow(event, (x, y) => {
                  const width = Math.max(1, box.width + Math.max(x, y));
                  const sized = place(corner, width);
                  return place(
                    { x: corner.x + sized.width / 2, y: corner.y + sized.height / 2 },
                    width,
                  );
                });
              }}
            />
          </button>
        )}
      </div>
      {box && (
        <p class="tools">
          <button type="button" class="quiet" onClick={() => choose(resize(box, 1 / GROWTH))}>
            {t("picture.smaller")}
          </button>
          <button type="button" class="quiet" onClick={() => choose(resize(box, GROWTH))}>
            {t("picture.larger")}
          </button>
          <output>{t("picture.size", write(box))}</output>
        </p>
      )}
      <p class="help" id="picture-keys">
        {t("picture.keys")}
      </p>
    </div>
  );
}

const findMiddle = (box: Box): Place => ({
  x: box.left + box.width / 2,
  y: box.top + box.height / 2,
});

const holds = (box: Box, { x, y }: Place) =>
  x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height;

const percent = (part: number, of: number) => `${(100 * part) / of}%`;

const write = ({ left, top, width, height }: Box) => ({
  left: formatCount(left),
  top: formatCount(top),
  width: formatCount(width),
  height: formatCount(height),
});

/** The photograph, upright, no larger than a screen needs. */
function Shown({ bitmap }: { bitmap: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const scale = Math.min(1, SHOWN / Math.max(bitmap.width, bitmap.height));
    context.canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    context.canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    draw(context, bitmap, { left: 0, top: 0, width: bitmap.width, height: bitmap.height });
  }, [bitmap]);
  return <canvas ref={canvas} role="img" aria-label={t("picture.photo")} />;
}
