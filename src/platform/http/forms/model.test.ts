import { expect, test } from "bun:test";
import { inLanguage } from "../../language/index.ts";
import { field, formModel } from "./model.ts";

test("a field that the organization has named itself keeps its name in every language", () => {
  const fields = [field("device", "Device"), field("own", "Device", { is_own_words: true })];
  const form = inLanguage("de", "de-DE", () =>
    formModel({ action: "/", submit_label: "Save", sections: [{ title: "", fields }] }),
  );
  expect(form.sections[0]?.fields.map(({ label }) => label)).toEqual(["Gerät", "Device"]);
});
