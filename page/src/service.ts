// Every request that the page makes goes through here, to its own origin.
import { base } from "./base";
import type { Catalogue, ErrorResponse, PredictRequest, Service, Units as Told } from "./contract";
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

async function send(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  // in English, whatever the browser prefers: the page has words of its own for what is said
  const headers: Record<string, string> = { accept: "application/json", "accept-language": "en" };
  const token = await getToken();
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = { headers, cache: "no-store", credentials: "omit" };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.method = "POST";
    init.body = JSON.stringify(body);
  }
  return fetch(base + path, init);
}

async function request<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await send(path, body, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, "");
  }
  const told = await response.json().catch(() => null);
  if (response.ok && told !== null) return told as T;
  if (response.status === 401) dropToken();
  const refused: Partial<ErrorResponse> = told ?? {};
  throw new Refusal(response.status, refused.error ?? "", refused, refused.details ?? []);
}

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

export const predict = (
  model: Manifest,
  instances: Instance[],
  options: AskOptions = {},
  signal?: AbortSignal,
) => request<Answered>(`${path(model)}/predict`, { instances, ...options }, signal);

export const explain = (model: Manifest, instance: Instance, signal?: AbortSignal) =>
  request<Answered>(`${path(model)}/explain`, { instances: [instance] }, signal);
