// How units are written beside their codes, and what values are commonly called.

/** How people write units beside their codes. */
export const UNITS: Record<string, string[]> = {
  a: ["a", "y", "yr", "yrs", "year", "years", "jahr", "jahre", "岁", "年"],
  d: ["d", "day", "days", "tag", "tage", "天", "日"],
  "10*9/L": ["10^9/l", "10e9/l", "g/l", "gpt/l", "k/ul", "tsd/ul", "1000/ul"],
  "10*3/uL": ["10^3/ul", "10e3/ul", "k/ul", "tsd/ul", "1000/ul"],
  "umol/L": ["µmol/l", "mcmol/l", "微摩尔/升"],
  "ug/mL": ["mcg/ml"],
};

/** What values are commonly called; each group holds one word of the model's. */
export const VALUES: string[][] = [
  ["f", "female", "w", "weiblich", "frau", "woman", "女", "女性"],
  ["m", "male", "männlich", "maennlich", "mann", "man", "男", "男性"],
  ["true", "yes", "y", "ja", "j", "wahr", "是"],
  ["false", "no", "n", "nein", "falsch", "否"],
];
