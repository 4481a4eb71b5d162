// The risks of options: counted of a hundred patients, with their bands and their limits.
import type { Option, Policy, PolicyBands } from "../contract";
import { formatPercent } from "../language";
import type { Giving } from "../rooms";

type Model = Giving<"policy">;

export const findBand = (interval: PolicyBands | undefined, option: Option, risk: string) =>
  interval?.options.find((one) => one.action === option.action)?.risks[risk];

/** The outcome that an answer is about. */
export const nameFirst = ({ output }: Model) => output.outcomes[0]?.name ?? "";

/** As what the named option is named: what is over a limit is recommended by nobody. */
export function nameChoice({ least_bad, options, recommended }: Policy) {
  if (least_bad) return "least_bad";
  const chosen = options.find(({ action }) => action === recommended);
  return chosen && !chosen.within_limit ? "left" : "recommended";
}

/** By outcome, the chance that is still acceptable; that of the first is the main limit's if it has none. */
export const listLimits = (model: Model, { limit }: Policy): Map<string, number> =>
  new Map([[nameFirst(model), model.output.limit.at_most], ...Object.entries(limit)]);

/** Of a hundred patients, how many; less than one, more than 99 where it is neither none nor all. */
export const writeCount = (share: number) => formatPercent(share, 0).replace(/\s*%/, "");
