// Every request that the page makes goes through here, to its own origin.
import { base } from "./base";
import type {
  Catalogue,
  DrawAnswer,
  ErrorResponse,
  FileAnswer,
  PredictRequest,
  ReadAnswer,
  Service,
  Units as Told,
} from "./contract";
import type { Fact } from "./facts";
import type { Instance, Manifest } from "./manifest";
import type { Answered, Problem } from "./predictions";
import { dropToken, getToken } from "./signIn";

/** The service refused, or could not be reached (status 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fact: Partial<Fact> = {},
    readonly details: Problem[] = [],
  ) {
    super(message);
  }
}

type AskOptions = Pick<PredictRequest, "force" | "coverage">;

const JSON_TYPE = "application/json";

/** What is sent, in a content type. */
interface Body {
  content: BodyInit;
  type: string;
}

async function send(path: string, body?: Body, signal?: AbortSignal): Promise<Response> {
  // in English, whatever the browser prefers: the page has words of its own for what is said
  const headers: Record<string, string> = { accept: JSON_TYPE, "accept-language": "en" };
  const token = await getToken();
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = body.type;
  const init: RequestInit = { headers, cache: "no-store", credentials: "omit" };
  if (signal) init.signal = signal;
  if (body) {
    init.method = "POST";
    init.body = body.content;
  }
  return fetch(base + path, init);
}

async function reach(...given: Parameters<typeof send>): Promise<Response> {
  try {
    return await send(...given);
  } catch (error) {
    if (given[2]?.aborted) throw error;
    throw new Refusal(0, "");
  }
}

async function request<T>(path: string, body?: Body, signal?: AbortSignal): Promise<T> {
  const response = await reach(path, body, signal);
  if (!response.ok) throw await refuse(response);
  const told = await response.json().catch(() => null);
  if (told === null) throw new Refusal(response.status, "");
  return told as T;
}

async function refuse(response: Response): Promise<Refusal> {
  const told = await response.json().catch(() => null);
  if (response.status === 401) dropToken();
  const refused: Partial<ErrorResponse> = told ?? {};
  return new Refusal(response.status, refused.error ?? "", refused, refused.details ?? []);
}

const write = (body: unknown): Body => ({ content: JSON.stringify(body), type: JSON_TYPE });

const path = (model: Manifest) => `/models/${model.id}/versions/${model.version}`;

/** What the service says of itself; people sign in where it says so. */
export const describe = () => request<Service>("/");

export const listModels = () => request<Catalogue>("/models");

export const readModel = (id: string, version?: string) =>
  request<Manifest>(version ? `/models/${id}/versions/${version}` : `/models/${id}`);

/** Per feature, the units that its values may be given in, and what they are multiplied by. */
export type Units = Told["units"];

export const readUnits = (model: Manifest) =>
  request<Told>(`${path(model)}/units`).then((told) => told.units);

/** Per field, what the number is that was typed. */
export const readValues = (model: Manifest, values: Record<string, string>) =>
  request<ReadAnswer>(`${path(model)}/read`, write({ values })).then((told) => told.values);

/** What is drawn of an instance, by its kind. */
export type Drawn<Drawing> = Omit<DrawAnswer, "drawing"> & { drawing: Drawing };

const parts = new WeakMap<Manifest, string>();

/** A model as if it took one part alone, whose fields are called part.field: it draws that part. */
export function viewAsPart(view: Manifest, part: string): Manifest {
  parts.set(view, part);
  return view;
}

/** What the model sees of an instance that a browser cannot show, and how it was read. */
export function draw<Drawing>(model: Manifest, instance: Instance) {
  const part = parts.get(model);
  const asked = part ? { part, instance: { [part]: leaveName(part, instance) } } : { instance };
  return request<Drawn<Drawing>>(`${path(model)}/draw`, write(asked));
}

/** A part whose fields are called part.field, as the service takes it. */
export const leaveName = (part: string, own: Instance): Instance =>
  Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name.slice(part.length + 1), value]),
  );

export const predict = (
  model: Manifest,
  instances: Instance[],
  options: AskOptions = {},
  signal?: AbortSignal,
) => request<Answered>(`${path(model)}/predict`, write({ instances, ...options }), signal);

export const explain = (model: Manifest, instance: Instance, signal?: AbortSignal) =>
  request<Answered>(`${path(model)}/explain`, write({ instances: [instance] }), signal);

const nameFile = (model: Manifest, missing: string[]) => {
  const query = new URLSearchParams(missing.map((word) => ["missing", word]));
  return `${path(model)}/file${missing.length ? `?${query}` : ""}`;
};

/** Every row of a file, answered or told what is wrong with it. */
export const answerFile = (
  model: Manifest,
  content: BodyInit,
  type: string,
  missing: string[],
): Promise<FileAnswer> => request<FileAnswer>(nameFile(model, missing), { content, type });
