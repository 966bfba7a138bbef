import { describe, expect, test } from "bun:test";
import { formatDate, formatMinutes, words } from "../http/pages/cells.ts";
import { formatMoney } from "../money.ts";
import {
  acceptedLanguage,
  currentLanguage,
  currentLocale,
  currentZone,
  forReader,
  inLanguage,
  inOrganizationsLanguage,
  languages,
  localeFor,
  speak,
  t,
  usualLocale,
} from "./index.ts";

const harbor = { organization_locale: "en-US" };
const german = <T>(run: () => T): T => inLanguage("de", "de-DE", run);

describe("a text", () => {
  test("is English until somebody's language is known, and in a language that we do not have", () => {
    expect(t("Save")).toBe("Save");
    expect(inLanguage("tlh", "tlh", () => t("Save"))).toBe("Save");
  });

  test("is in the language of the work in hand, also after waiting", async () => {
    expect(german(() => t("Save"))).toBe("Speichern");
    expect(await german(async () => (await Promise.resolve(), t("Save")))).toBe("Speichern");
    expect(t("Save")).toBe("Save");
  });

  test("counts as the language does", () => {
    const text = "{count, plural, one {# contract} other {# contracts}}";
    expect([1, 1234].map((count) => t(text, { count }))).toEqual(["1 contract", "1,234 contracts"]);
    expect(german(() => [1, 1234].map((count) => t(text, { count })))).toEqual(["1 Vertrag", "1.234 Verträge"]);
  });

  test("that a language lacks is English, and a remark that tells meanings apart is never shown", () => {
    expect(german(() => t("Nobody has translated this {thing}.", { thing: "one" }))).toBe(
      "Nobody has translated this one.",
    );
    expect(t("Open||verb")).toBe("Open");
  });

  test("can go on in another language once it is known who asks", () => {
    const said = inLanguage("en", "en-US", () => {
      const before = t("Save");
      speak("de", "de", "Asia/Tokyo");
      return [before, t("Save"), currentLanguage(), currentLocale(), currentZone()];
    });
    expect(said).toEqual(["Save", "Speichern", "de", "de", "Asia/Tokyo"]);
  });

  test("of an enumeration is found by its value", () => {
    expect(words("due_on_receipt")).toBe("Due on receipt");
    expect(german(() => words("due_on_receipt"))).toBe("Sofort fällig");
  });
});

describe("dates and numbers", () => {
  test("are written as the language does, in the ways of the organization's country where it has some", () => {
    expect([
      localeFor("en", "en-US"),
      localeFor("de", "en-US"),
      localeFor("de", "en-CH"),
      localeFor("en", "de-DE"),
      localeFor("de", "no such locale"),
    ]).toEqual(["en-US", "de", "de-CH", "en-DE", "de"]);
  });

  test("keep their currency", () => {
    expect(formatMoney(123450, "USD", localeFor("de", "en-US"))).toBe("1.234,50\u00a0$");
  });

  test("of a tenant follow whoever is being answered", () => {
    const tenant = {
      get locale() {
        return currentLocale() ?? "en-US";
      },
    } as Parameters<typeof formatDate>[1];
    expect(formatDate("2026-11-21", tenant)).toBe("Nov 21, 2026");
    expect(german(() => formatDate("2026-11-21", tenant))).toBe("21.11.2026");
    expect(german(() => formatMinutes(90))).toBe("1 Std. 30 Min.");
  });
});

describe("whose language it is:", () => {
  test("the closest that was chosen, else the organization's", () => {
    const said = (chosen: (string | null)[], home = harbor): string => forReader(home, chosen, () => t("Save"));
    expect(said([null, "de"])).toBe("Speichern");
    expect(said(["en", "de"])).toBe("Save");
    expect(said([null, null], { organization_locale: "de-AT" })).toBe("Speichern");
    expect(inOrganizationsLanguage({ organization_locale: "de-AT" }, currentLocale)).toBe("de-AT");
  });

  test("the one that a browser wants most and that we have", () => {
    expect(acceptedLanguage("fr-FR, de-AT;q=0.8, en;q=0.5")).toBe("de");
    expect(acceptedLanguage("de;q=0, en")).toBe("en");
    expect([acceptedLanguage("fr, pl"), acceptedLanguage(null), acceptedLanguage(";;,")]).toEqual([null, null, null]);
  });

  test("each language is called by its own name", () => {
    expect(languages()).toEqual([
      { code: "en", name: "English" },
      { code: "de", name: "Deutsch" },
    ]);
    expect(usualLocale("de")).toBe("de-DE");
  });
});
