import { expect, test } from "bun:test";
import { inLanguage } from "../../language/index.ts";
import { decimalShown, decimalTyped, withDecimals } from "./decimals.ts";

const inGerman = <T>(run: () => T): T => inLanguage("de", "de-DE", run);
const inEnglish = <T>(run: () => T): T => inLanguage("en", "en-US", run);

test("where a comma is usual it stands before the fraction, in what is shown and in what is typed", () => {
  expect(inGerman(() => decimalShown("1234.50"))).toBe("1234,50");
  expect(inGerman(() => ["150,00", "1.234,5", "1 234,50", "-0,25", "12345,6"].map(decimalTyped))).toEqual([
    "150.00",
    "1234.5",
    "1234.50",
    "-0.25",
    "12345.6",
  ]);
});

test("a point alone is what it is everywhere, and what is no number stays for whoever checks it", () => {
  const texts = ["150.00", "1.234", "1234", "12,34,56", "1.23,4", "abc", ""];
  expect(inGerman(() => texts.map(decimalTyped))).toEqual(texts);
});

test("where a point is usual a comma means nothing new: nobody's thousand becomes a one", () => {
  expect(inEnglish(() => ["1,500", "150,00"].map(decimalTyped))).toEqual(["1,500", "150,00"]);
  expect(inEnglish(() => decimalShown("1234.50"))).toBe("1234.50");
});

test("only fields that the form names are read so, several of one name too", () => {
  const fields = {
    _decimals: ["price", "share", "missing"],
    price: ["1,5", "2"],
    share: "0,1",
    title: "3,5 inch disk",
  };
  expect(inGerman(() => withDecimals({ fields, files: [] })).fields).toMatchObject({
    price: ["1.5", "2"],
    share: "0.1",
    title: "3,5 inch disk",
  });
});
