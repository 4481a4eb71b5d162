// The shell: who is asked for by the address, and the frame around every view.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { forgetDrafts } from "./ask/draft";
import { Failure } from "./Failure";
import { getLanguage, LANGUAGES, type Language, setLanguage, Told, t } from "./language";
import type { Manifest } from "./manifest";
import { type Route, TABS, type Tab, useRoute, writeRoute } from "./router";
import { describe, type Refusal, readModel } from "./service";
import { type Access, onSignedOut, signOut, start } from "./signIn";
import { AskView } from "./views/Ask";
import { CardView } from "./views/Card";
import { CatalogueView } from "./views/Catalogue";
import { FileView } from "./views/File";
import { SignInView } from "./views/SignIn";

const VIEWS = { ask: AskView, file: FileView, card: CardView };

function Page() {
  const route = useRoute();
  const [, redraw] = useState<Language>(getLanguage());
  const [access, setAccess] = useState<Access>();
  const [refusal, setRefusal] = useState<Refusal>();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    onSignedOut(() => setAccess("signed-out"));
    describe()
      .then((told) => start(told.sign_in))
      .then(setAccess, setRefusal);
  }, []);
  useEffect(() => {
    if (route.view === "catalogue") document.title = t("page.title");
  }, [route.view, getLanguage()]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t("page.skip")}
      </button>
      <header class="top">
        <h1>
          <a href="#/">medmaas</a>
        </h1>
        <p class="notice">{t("page.notice")}</p>
        {access === "signed-in" && (
          <button type="button" class="quiet" onClick={signOut}>
            {t("signIn.out")}
          </button>
        )}
        <LanguageSwitch onChange={redraw} />
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {refusal && <Failure refusal={refusal} onRetry={() => location.reload()} />}
        {access === "signed-out" && <SignInView />}
        {(access === "open" || access === "signed-in") && <View route={route} />}
      </main>
    </>
  );
}

function LanguageSwitch({ onChange }: { onChange: (language: Language) => void }) {
  const [isLost, setLost] = useState(false);
  const choose = (language: Language) =>
    setLanguage(language).then(
      () => {
        setLost(false);
        onChange(getLanguage());
      },
      () => setLost(true),
    );
  return (
    <fieldset class="languages">
      <legend class="unseen">{t("page.language")}</legend>
      {Object.entries(LANGUAGES).map(([language, name]) => (
        <button
          type="button"
          key={language}
          lang={language}
          aria-pressed={getLanguage() === language}
          onClick={() => choose(language as Language)}
        >
          {name}
        </button>
      ))}
      {isLost && <span role="alert">{t("page.language_lost")}</span>}
    </fieldset>
  );
}

function View({ route }: { route: Route }) {
  if (route.view === "catalogue") return <CatalogueView />;
  return <ModelView key={`${route.id}@${route.version ?? ""}`} {...route} />;
}

function ModelView({ id, version, view }: { id: string; version?: string; view: Tab }) {
  const [model, setModel] = useState<Manifest>();
  const [refusal, setRefusal] = useState<Refusal>();
  useEffect(() => forgetDrafts, []); // who leaves the model leaves no patient behind
  const load = () => {
    setRefusal(undefined);
    readModel(id, version).then(setModel, setRefusal);
  };
  useEffect(load, [id, version]);
  useEffect(() => {
    document.title = [t(`tab.${view}`), model?.title ?? id, "medmaas"].join(" · ");
  }, [view, model, id, getLanguage()]);
  if (refusal)
    return (
      <>
        <h2>{t("page.no_model")}</h2>
        <Failure refusal={refusal} onRetry={load} />
        <p>
          <a class="button" href="#/">
            {t("page.models")}
          </a>
        </p>
      </>
    );
  if (!model) return <p role="status">{t("page.loading")}</p>;
  const Shown = VIEWS[view];
  return (
    <>
      <h2>
        <Told of={model} text={model.title} />
      </h2>
      <nav class="tabs" aria-label={t("tab.all")}>
        {TABS.map((tab) => (
          <a
            key={tab}
            href={writeRoute(id, tab, version)}
            aria-current={tab === view ? "page" : undefined}
          >
            {t(`tab.${tab}`)}
          </a>
        ))}
      </nav>
      <Shown key={view} model={model} />
    </>
  );
}

const root = document.getElementById("page");

/** Nothing is shown before its words are there, so that no other language flashes up. */
async function begin(root: HTMLElement) {
  await setLanguage(getLanguage());
  render(<Page />, root);
  // a browser that keeps the page to go back to it keeps nobody's values
  addEventListener("pagehide", () => render(null, root));
  addEventListener("pageshow", ({ persisted }) => persisted && render(<Page />, root));
}

if (root)
  begin(root).catch(() => {
    // there are no words to say so in either language but these
    root.textContent = "The page could not be loaded: reload it. / 页面未能载入，请重新载入。";
  });
