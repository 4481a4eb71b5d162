// The days of a pasted table: dates in one order, counted back from a day that somebody names.
import type { NumberFeature } from "../manifest";
import { agree, type Choices, leaveOut, type Trouble } from "./choices";
import { type Order, readWhen, type When } from "./days";

/** The day of each line that has one, the dates, and what is open. */
export interface Times {
  days: Map<number, number>;
  dates: Map<number, number>;
  newest: number | undefined;
  troubles: Trouble[];
}

/** @param texts the cells of the column of days, by line. */
export function readTimes(
  texts: Map<number, string>,
  feature: NumberFeature,
  choices: Choices,
): Times {
  const whens = new Map([...texts].map(([line, text]) => [line, readWhen(text)]));
  const known = [...whens].filter((one): one is [number, When] => one[1] !== undefined);
  const withDates = known.filter(([, when]) => when.days === undefined);
  const areDates = withDates.length * 2 >= known.length && withDates.length > 0;
  const usable = new Map(known.filter(([, when]) => (when.days === undefined) === areDates));
  const unread = [...texts.keys()].filter((line) => !usable.has(line));
  const troubles: Trouble[] = [];
  if (unread.length)
    troubles.push({
      what: areDates ? "no_date" : "no_day",
      lines: unread,
      values: { text: texts.get(unread[0] ?? 0) || "–" },
      mends: [{ label: "leave", values: { count: unread.length }, choose: leaveOut(unread) }],
    });
  const read = areDates ? readDates : countDays;
  const times = read(usable, texts, choices);
  const old = [...times.days]
    .filter(([, day]) => day < feature.hard_range.low)
    .map(([line]) => line);
  if (old.length)
    times.troubles.push({
      what: "too_old",
      lines: old,
      values: { days: -feature.hard_range.low },
      mends: [{ label: "leave", values: { count: old.length }, choose: leaveOut(old) }],
    });
  return { ...times, troubles: [...troubles, ...times.troubles] };
}

function countDays(whens: Map<number, When>, _: Map<number, string>, choices: Choices): Times {
  const counts = new Map([...whens].map(([line, when]) => [line, when.days ?? 0]));
  const most = Math.max(...counts.values());
  const after = [...counts].filter(([, day]) => day > 0).map(([line]) => line);
  const dates = new Map<number, number>();
  if (!after.length) return { days: counts, dates, newest: undefined, troubles: [] };
  if (choices.agreed.includes("forward")) {
    const today = choices.today ?? most;
    const days = new Map([...counts].map(([line, day]) => [line, day - today]));
    return { days, dates, newest: undefined, troubles: [] };
  }
  const mends = [
    {
      label: "forward",
      values: { day: most },
      choose: (now: Choices) => agree("forward")({ ...now, today: most }),
    },
    { label: "leave", values: { count: after.length }, choose: leaveOut(after) },
  ];
  const trouble = { what: "forward", lines: after, values: { day: most }, mends };
  return { days: counts, dates, newest: undefined, troubles: [trouble] };
}

function readDates(whens: Map<number, When>, texts: Map<number, string>, choices: Choices): Times {
  const troubles: Trouble[] = [];
  const serials = [...whens].filter(([, when]) => when.serial).map(([line]) => line);
  const [serial = -1] = serials;
  if (serials.length && !choices.agreed.includes("serials"))
    troubles.push({
      what: "serials",
      lines: serials,
      values: { text: texts.get(serial), date: whens.get(serial)?.date },
      mends: [
        {
          label: "serials",
          values: { text: texts.get(serial), date: whens.get(serial)?.date },
          choose: agree("serials"),
        },
      ],
    });
  const { order, trouble } = findOrder(whens, texts, choices);
  if (trouble) troubles.push(trouble);
  const dates = new Map(
    [...whens].flatMap(([line, when]) => {
      const first = order === "mdy" ? when.monthFirst : when.date;
      const date = first ?? when.date ?? when.monthFirst;
      return date === undefined ? [] : [[line, date] as const];
    }),
  );
  const newest = Math.max(...dates.values());
  const today = choices.today ?? newest;
  const days = new Map([...dates].map(([line, date]) => [line, date - today]));
  if (trouble) return { days, dates, newest, troubles };
  if (!choices.agreed.includes("today"))
    troubles.push({
      what: "today",
      lines: [],
      values: { date: today, newest },
      mends: [
        {
          label: "today",
          values: { date: today },
          choose: (now) => agree("today")({ ...now, today: now.today ?? newest }),
        },
      ],
    });
  const after = [...days].filter(([, day]) => day > 0).map(([line]) => line);
  if (after.length)
    troubles.push({
      what: "after_today",
      lines: after,
      values: { date: today },
      mends: [{ label: "leave", values: { count: after.length }, choose: leaveOut(after) }],
    });
  return { days, dates, newest, troubles };
}

/** Whether days come before months: by a date that can only be one of them, or by what is said. */
function findOrder(whens: Map<number, When>, texts: Map<number, string>, choices: Choices) {
  const slashed = [...whens].filter(([, when]) => when.slashed);
  const unsure = slashed.filter(
    ([, { date, monthFirst }]) =>
      date !== undefined && monthFirst !== undefined && date !== monthFirst,
  );
  const proofs = new Set(
    slashed
      .filter(([, { date, monthFirst }]) => date === undefined || monthFirst === undefined)
      .map(([, { date }]): Order => (date === undefined ? "mdy" : "dmy")),
  );
  const [proof] = proofs;
  const order = choices.order ?? (proofs.size === 1 ? proof : undefined);
  const [first] = unsure;
  if (order || !first) return { order };
  const [line, when] = first;
  const text = texts.get(line);
  const trouble: Trouble = {
    what: "order",
    lines: unsure.map(([one]) => one),
    values: { text },
    mends: [
      {
        label: "as_date",
        values: { text, date: when.date },
        choose: (c) => ({ ...c, order: "dmy" }),
      },
      {
        label: "as_date",
        values: { text, date: when.monthFirst },
        choose: (c) => ({ ...c, order: "mdy" }),
      },
    ],
  };
  return { order: "dmy" as const, trouble };
}
