// What columns are commonly called, in English, German and Chinese; each group by one name of it.

export const SYNONYMS: string[][] = [
  ["id", "patient id", "patient", "pid", "case id", "subject", "subject id", "record id", "mrn", "sample id", "patienten-id", "patientennummer", "fallnummer", "fall-nr", "nr", "nummer", "kennung", "编号", "患者编号", "患者ID", "病历号", "住院号", "序号"],
  ["age", "age at sample", "age years", "age in years", "patient age", "alter", "lebensalter", "alter in jahren", "年龄", "岁数"],
  ["sex", "gender", "patient sex", "geschlecht", "性别"],
  ["creatinine", "creat", "crea", "crt", "scr", "serum creatinine", "s-creatinine", "creatinine serum", "kreatinin", "krea", "serumkreatinin", "kreatinin i.s.", "肌酐", "血肌酐", "血清肌酐"],
  ["kappa", "kappa flc", "flc kappa", "free kappa", "kappa free light chain", "kappa free light chains", "free kappa light chain", "free kappa light chains", "free light chain kappa", "kappa light chain", "κ", "κ-flc", "freie leichtketten kappa", "freie kappa-leichtketten", "kappa-leichtketten", "leichtketten kappa", "kappa frei", "κ轻链", "游离κ轻链", "κ游离轻链", "kappa轻链", "游离kappa轻链"],
  ["lambda", "lambda flc", "flc lambda", "free lambda", "lambda free light chain", "lambda free light chains", "free lambda light chain", "free lambda light chains", "free light chain lambda", "lambda light chain", "λ", "λ-flc", "freie leichtketten lambda", "freie lambda-leichtketten", "lambda-leichtketten", "leichtketten lambda", "lambda frei", "λ轻链", "游离λ轻链", "λ游离轻链", "lambda轻链", "游离lambda轻链"],
  ["mgus", "monoclonal gammopathy", "known mgus", "mgus known", "monoklonale gammopathie", "mgus bekannt", "意义未明的单克隆丙种球蛋白病", "单克隆丙种球蛋白病", "单克隆免疫球蛋白病"],
  ["smiles", "canonical smiles", "isomeric smiles", "smiles string", "structure", "molecule", "struktur", "molekül", "分子", "结构式"],
  ["day", "days", "day of treatment", "tag", "tage", "therapietag", "天", "日", "天数"],
  ["anc", "neutrophils", "neutrophil count", "absolute neutrophil count", "neut", "neutro", "neutrophile", "neutrophile granulozyten", "中性粒细胞", "中性粒细胞计数", "中性粒细胞绝对值"],
  ["platelets", "platelet count", "plt", "thrombocytes", "thrombozyten", "thrombos", "血小板", "血小板计数"],
  ["wbc", "leukocytes", "leucocytes", "white blood cells", "white cell count", "leukozyten", "leukos", "白细胞", "白细胞计数"],
  ["dose", "dose given", "dose share", "dosis", "剂量"],
  ["gcsf", "g-csf", "pegfilgrastim", "粒细胞集落刺激因子"],
]; // biome-ignore format: a line per column

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
