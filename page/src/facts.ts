// What is to be said, as the service sends it beside each English sentence: see functions/medmaas/facts.py.

/** The code of a sentence, and what fills its gaps: values, texts of the model, other facts. */
export interface Fact {
  code: string;
  limits: Record<string, unknown>;
}
