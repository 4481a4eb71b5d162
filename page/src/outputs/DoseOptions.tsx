// A table of the options: two marks each, the rule of today and the limit, then its risks and why.
import type { Option, Policy, PolicyBands } from "../contract";
import { formatNumber, Told, t, translate } from "../language";
import type { AnswerProps, Giving } from "../rooms";
import { Said } from "../Said";
import { showUnit } from "../units";
import { findBand, listLimits, writeCount } from "./risks";

type Props = AnswerProps<Giving<"policy">, Policy, PolicyBands>;

export function DoseOptions(props: Props) {
  const { model, output } = props;
  const risks = model.output.outcomes.map(({ name }) => name);
  const limits = listLimits(model, output);
  const nadir = `${t("policy.nadir")} ${showUnit(model.output.nadir.unit)}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label={t("policy.options")}>
      <table class="options">
        <caption>{t("policy.of_hundred")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("policy.action")}</th>
            {risks.map((risk) => (
              <th scope="col" key={risk}>
                {translate(model, risk)}
                {limits.has(risk) && (
                  <span class="aside">
                    {t("policy.limit_is", { limit: writeCount(limits.get(risk) ?? 0) })}
                  </span>
                )}
              </th>
            ))}
            <th scope="col">{nadir}</th>
          </tr>
        </thead>
        {output.options.map((option) => (
          <tbody
            key={option.action}
            class={option.action === output.recommended ? "chosen" : option.allowed ? "" : "barred"}
          >
            <tr>
              <th scope="rowgroup" rowSpan={2}>
                <OptionName {...props} option={option} />
              </th>
              {risks.map((risk) => (
                <Risk key={risk} {...props} option={option} risk={risk} limit={limits.get(risk)} />
              ))}
              <td data-label={nadir}>{formatNumber(option.expected_nadir.value, 2)}</td>
            </tr>
            <tr>
              <td class="why" colSpan={risks.length + 1}>
                <Said of={model} fact={option} text={option.why} />
              </td>
            </tr>
          </tbody>
        ))}
      </table>
    </section>
  );
}

/** What an option is called, and how it stands to the rule of today and to the limit: two things. */
function OptionName({ model, output, option }: Props & { option: Option }) {
  const { allowed, within_limit } = option;
  return (
    <>
      <span class="option-name">
        {option.action === output.recommended && "★ "}
        <Told of={model} text={option.action} />
      </span>
      <span class={allowed ? "stands" : "stands against"}>
        {t(allowed ? "policy.allowed" : "policy.not_allowed")}
      </span>
      <span class={within_limit ? "stands" : "stands over"}>
        {t(within_limit ? "policy.within_limit" : "policy.above_limit")}
      </span>
    </>
  );
}

function Risk(props: Props & { option: Option; risk: string; limit: number | undefined }) {
  const { model, interval, option, risk, limit } = props;
  const share = option.risks[risk] ?? 0;
  const band = findBand(interval, option, risk);
  const isOver = limit !== undefined && share > limit;
  return (
    <td class={isOver ? "over" : ""} data-label={translate(model, risk)}>
      <span class="count">
        {writeCount(share)}
        {isOver && <span class="unseen"> {t("policy.over")}</span>}
      </span>
      {band && (
        <span class="aside">
          {t("policy.band", { low: writeCount(band.low), high: writeCount(band.high) })}
        </span>
      )}
    </td>
  );
}
