// Signing in and out at the issuer that the service names: authorization code with PKCE (RFC 7636).
// Tokens live in memory alone; only the verifier waits in sessionStorage while the issuer asks.
import * as oauth from "oauth4webapi";
import { base } from "./base";
import type { SignIn as Settings } from "./contract";

export type Access = "open" | "signed-in" | "signed-out";

interface Tokens {
  access: string;
  refresh: string | undefined;
  /** When the access token is to be renewed, in milliseconds. */
  until: number;
}

const KEPT = "medmaas.sign-in";
const EARLY_SECONDS = 60;
const LIFETIME_SECONDS = 3600;

let settings: Settings | null = null;
let tokens: Tokens | undefined;
let renewing: Promise<void> | undefined;
let tellSignedOut = () => {};
let failed = false;

/** Whether the issuer sent the browser back without a token. */
export const hasFailed = () => failed;

const server = (own: Settings): oauth.AuthorizationServer => ({ ...own });
const client = (own: Settings): oauth.Client => ({ client_id: own.client_id });
const redirect = () => `${location.origin}${base}/`;
/** Plain HTTP is for an issuer on this very machine. */
const insecure = (own: Settings) => ({
  [oauth.allowInsecureRequests]: new URL(own.token_endpoint).hostname === "127.0.0.1",
});

function keep(answer: oauth.TokenEndpointResponse) {
  const lifetime = (answer.expires_in ?? LIFETIME_SECONDS) - EARLY_SECONDS;
  tokens = {
    access: answer.access_token,
    refresh: answer.refresh_token ?? tokens?.refresh,
    until: Date.now() + 1000 * Math.max(lifetime, 0),
  };
}

/** Goes on where the issuer sent the browser back; without settings, nobody signs in here. */
export async function start(own: Settings | null): Promise<Access> {
  settings = own;
  if (!own) return "open";
  if (location.search)
    await finish(own).catch(() => {
      failed = true;
    });
  return tokens ? "signed-in" : "signed-out";
}

async function finish(own: Settings) {
  const here = new URL(location.href);
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  sessionStorage.removeItem(KEPT);
  history.replaceState(null, "", location.pathname + location.hash);
  const answer = oauth.validateAuthResponse(server(own), client(own), here, kept.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server(own),
    client(own),
    oauth.None(),
    answer,
    redirect(),
    kept.verifier,
    insecure(own),
  );
  keep(await oauth.processAuthorizationCodeResponse(server(own), client(own), response));
}

/** Leaves for the issuer, which sends the browser back here. */
export async function signIn() {
  if (!settings) return;
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  sessionStorage.setItem(KEPT, JSON.stringify({ verifier, state }));
  const address = new URL(settings.authorization_endpoint);
  address.search = new URLSearchParams({
    response_type: "code",
    client_id: settings.client_id,
    redirect_uri: redirect(),
    scope: settings.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(address);
}

/** Forgets the tokens, and lets the issuer forget the person, too: others may use this browser. */
export function signOut() {
  const own = settings;
  dropToken();
  if (!own?.end_session_endpoint) return;
  const address = new URL(own.end_session_endpoint);
  address.search = new URLSearchParams({
    client_id: own.client_id,
    post_logout_redirect_uri: redirect(),
    logout_uri: redirect(), // what Cognito calls it
  }).toString();
  location.assign(address);
}

/** The token for a request, renewed if it is about to end; none where nobody signs in. */
export async function getToken(): Promise<string | undefined> {
  if (settings && tokens && Date.now() > tokens.until) {
    renewing ??= renew(settings).finally(() => {
      renewing = undefined;
    });
    await renewing;
  }
  return tokens?.access;
}

async function renew(own: Settings) {
  if (!tokens?.refresh) return dropToken();
  try {
    const [at, as] = [server(own), client(own)];
    const response = await oauth.refreshTokenGrantRequest(
      at,
      as,
      oauth.None(),
      tokens.refresh,
      insecure(own),
    );
    keep(await oauth.processRefreshTokenResponse(at, as, response));
  } catch {
    dropToken();
  }
}

/** Forgets the tokens, and says so. */
export function dropToken() {
  if (!settings) return;
  tokens = undefined;
  tellSignedOut();
}

export function onSignedOut(listener: () => void) {
  tellSignedOut = listener;
}
