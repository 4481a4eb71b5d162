// The kinds of input and output that there are: the only list of them.
import { image } from "./inputs/image";
import { parts } from "./inputs/parts";
import { series } from "./inputs/series";
import { tabular } from "./inputs/tabular";
import { text } from "./inputs/text";
import { waveform } from "./inputs/waveform";
import { getLanguage, type Words } from "./language";
import type { Entry, Manifest } from "./manifest";
import { annotations } from "./outputs/annotations";
import { classes } from "./outputs/classes";
import { labels } from "./outputs/labels";
import { mask } from "./outputs/mask";
import { policy } from "./outputs/policy";
import { survival } from "./outputs/survival";
import { value } from "./outputs/value";
import { values } from "./outputs/values";
import type { Giving, InputRoom, OutputRoom, Taking } from "./rooms";

const INPUTS: { [Kind in Manifest["input"]["kind"]]: InputRoom<Taking<Kind>> } = {
  tabular,
  series,
  image,
  text,
  waveform,
  parts: parts((kind) => INPUTS[kind]),
};

const OUTPUTS: { [Kind in Manifest["output"]["kind"]]: OutputRoom<Giving<Kind>> } = {
  classes,
  value,
  survival,
  policy,
  labels,
  values,
  mask,
  annotations,
};

export const findInput = ({ input }: Manifest): InputRoom => INPUTS[input.kind];
export const findOutput = ({ output }: Manifest): OutputRoom => OUTPUTS[output.kind];

/** What a model of the catalogue takes, what it answers, and to which question. */
export const nameKinds = ({ input = "", output = "" }: Entry) => ({
  input: nameKind(INPUTS, input),
  output: nameKind(OUTPUTS, output),
  question: findRoom(OUTPUTS, output)?.question[getLanguage()] ?? output,
});

/** None for a kind that this page does not know yet. */
const findRoom = <Room>(rooms: Record<string, Room>, kind: string): Room | undefined =>
  Object.hasOwn(rooms, kind) ? rooms[kind] : undefined;

const nameKind = (rooms: Record<string, { name: Words }>, kind: string) =>
  findRoom(rooms, kind)?.name[getLanguage()] ?? kind;
