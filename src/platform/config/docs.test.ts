import { expect, test } from "bun:test";
import { flagOf, keys } from "./keys.ts";

test("the manual describes every setting as the program has it", async () => {
  const manual = (await Bun.file("docs/operate/configuration.md").text()).replaceAll(/\s+/g, " ");
  for (const key of keys) {
    const section = manual.split(`### ${key.name} `)[1]?.split("### ")[0] ?? "";
    for (const part of [key.summary, key.details, key.default ?? key.defaultText ?? "not set", key.form]) {
      expect(section).toContain(part);
    }
    expect(section.includes(`--${flagOf(key.name)}`)).toBe(!key.isSecret);
  }
});
