// Which view the address names: #/, #/survival, #/survival@1.0.0/card. It never holds anything else.
import { useEffect, useState } from "preact/hooks";

export const TABS = ["ask", "file", "card"] as const;
export type Tab = (typeof TABS)[number];

/** A part is one of the card's: #/survival/card/groups. */
export type Route =
  | { view: "catalogue" }
  | { view: Tab; id: string; version?: string; part?: string };

export function readRoute(hash: string): Route {
  const found = /^#\/([a-z][a-z0-9_-]*)(?:@(\d+\.\d+\.\d+))?(?:\/(\w+)(?:\/(\w+))?)?$/.exec(hash);
  if (!found?.[1]) return { view: "catalogue" };
  const view = TABS.find((tab) => tab === found[3]) ?? "ask";
  return {
    view,
    id: found[1],
    ...(found[2] ? { version: found[2] } : {}),
    ...(found[4] ? { part: found[4] } : {}),
  };
}

export const writeRoute = (id: string, tab: Tab, version?: string) =>
  `#/${id}${version ? `@${version}` : ""}${tab === "ask" ? "" : `/${tab}`}`;

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return readRoute(hash);
}
