// Whether the reader wants SI or conventional units.
import { recall, remember } from "../remembered";

export const SYSTEMS = ["si", "conventional"] as const;
export type System = (typeof SYSTEMS)[number];

const KEY = "units";

export const readSystem = () => recall(KEY, SYSTEMS);

export const keepSystem = (system: System | undefined) => remember(KEY, system);
