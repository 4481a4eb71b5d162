// What somebody sees who has not signed in.
import { t } from "../language";
import { hasFailed, signIn } from "../signIn";

export function SignInView() {
  return (
    <section class="panel">
      <h2>{t("signIn.heading")}</h2>
      <p>{t("signIn.lead")}</p>
      {hasFailed() && (
        <p class="failure" role="alert">
          {t("signIn.failed")}
        </p>
      )}
      <button type="button" onClick={() => signIn()}>
        {t("signIn.button")}
      </button>
    </section>
  );
}
