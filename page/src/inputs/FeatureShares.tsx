// What the features of one of several parts contributed, a bar each.
import { writeMove } from "../answer/Targets";
import { Bars } from "../charts/Bars";
import { t, translate } from "../language";
import type { Manifest } from "../manifest";
import type { ShareProps } from "../rooms";

export function FeatureShares({ model, share, ranked, output }: ShareProps<Manifest>) {
  const { contributions = [], unit } = share;
  const name = (of: string) => translate(model, of);
  const listed = ranked
    ? contributions
    : [...contributions].sort((a, b) => name(a.feature).localeCompare(name(b.feature)));
  const largest = Math.max(...listed.map((one) => Math.abs(one.contribution)), 1e-12);
  return (
    <Bars
      signed
      caption={t("parts.pieces")}
      head={[t("reasons.part"), t("reasons.contribution")]}
      bars={listed.map(({ feature, contribution }) => ({
        name: name(feature),
        share: contribution / largest,
        text: writeMove(unit, contribution, output),
      }))}
    />
  );
}
