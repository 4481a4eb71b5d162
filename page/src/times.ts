// Times of a record as people read them, and where an axis marks them.
import { formatNumber, t } from "./language";

const MINUTE = 60;
const HOUR = 3600;
const STEPS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * HOUR),
];

/** Seconds below two minutes, then 2:05, then 1:02:05; as fine as what it is of, in seconds. */
export function formatClock(seconds: number, of: number): string {
  if (of < 2 * MINUTE)
    return t("annotations.seconds", { value: formatNumber(round(seconds, 2), 6) });
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / HOUR),
    Math.floor((whole % HOUR) / MINUTE),
    whole % MINUTE,
  ].map((part) => String(part).padStart(2, "0")) as [string, string, string];
  return of < HOUR
    ? `${Number(hours) * 60 + Number(minutes)}:${rest}`
    : `${Number(hours)}:${minutes}:${rest}`;
}

/** A round time, short: whole hours as 6 h. */
export const formatTick = (seconds: number, of: number) =>
  of >= HOUR && seconds % HOUR === 0
    ? t("annotations.hours", { value: formatNumber(seconds / HOUR) })
    : formatClock(seconds, of);

/** A time to the hundredth of a second, whatever it is of. */
export function formatExact(seconds: number, of: number): string {
  if (of < 2 * MINUTE) return formatClock(seconds, of);
  const hundredths = Math.round(100 * seconds) % 100;
  const clock = formatClock(Math.floor(round(seconds, 2)), of);
  return hundredths ? `${clock}.${String(hundredths).padStart(2, "0")}` : clock;
}

/** Round times from one to another, at most so many. */
export function listTicks([from, to]: [number, number], most: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? (to - from) / most;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.max(0, Math.floor(to / step + 1e-9) - first + 1);
  return Array.from({ length: count }, (_, i) => round((first + i) * step, 6));
}

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;
