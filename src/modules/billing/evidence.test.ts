import { expect, test } from "bun:test";
import type { Tenant } from "../../platform/context.ts";
import { inLanguage } from "../../platform/language/index.ts";
import { evidenceOf } from "./evidence.ts";

const line = {
  currency: "EUR",
  unit_price: "0",
  explanation: {
    kind: "covered",
    minutes: 45,
    covered_by: [{ contract_item_id: "care", minutes: 45, name: "Wartung" }],
    changed_by: null,
    calculated_total: null,
  },
} as unknown as Parameters<typeof evidenceOf>[0];

test.each([
  ["de", "de-DE", "0,75 Std. aus den Prepaid-Stunden von Wartung."],
  ["en", "en-US", "0.75 h from the prepaid hours of Wartung."],
])("what a line is made of is told in %s, hours too", (language, locale, sentence) => {
  inLanguage(language, locale, () => {
    expect(evidenceOf(line, { locale } as Tenant)[0]).toBe(sentence);
  });
});
