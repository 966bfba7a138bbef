import { describe, expect, test } from "bun:test";
import { addressLine, addressLines } from "./address.ts";
import { inLanguage } from "./language/index.ts";

describe("an address on an envelope", () => {
  test("has the town where its country writes it, and no gaps", () => {
    const parts = { line1: "Kai 1", city: "Lübeck", postal_code: "23552" };
    expect(addressLines({ ...parts, country: "DE" }, "en-US")).toEqual(["Kai 1", "23552 Lübeck", "Germany"]);
    expect(
      addressLines({ line1: "1 Main St", line2: " ", city: "Portland", region: "ME", postal_code: "04101" }, "en-US"),
    ).toEqual(["1 Main St", "Portland, ME 04101"]);
    expect(addressLines({ city: "Lübeck", postal_code: "23552" }, "de-DE")).toEqual(["23552 Lübeck"]);
    expect(addressLines({ city: "Portland", region: "ME", postal_code: "04101", country: "USA" }, "en-US")).toEqual([
      "Portland, ME 04101",
      "USA",
    ]);
    expect(addressLines({}, "en-US")).toEqual([]);
    expect(addressLines(null, "en-US")).toEqual([]);
  });

  test("stands on one line in lists as its readers write it", () => {
    const parts = { line1: "1 Main St\nSuite 4", city: "Portland", region: "ME", postal_code: "04101", country: "US" };
    expect(inLanguage("en", "en-US", () => addressLine(parts))).toBe(
      "1 Main St, Suite 4, Portland, ME 04101, United States",
    );
    expect(
      inLanguage("de", "de-DE", () =>
        addressLine({ line1: "Kai 1", city: "Lübeck", postal_code: "23552", country: "DE" }),
      ),
    ).toBe("Kai 1, 23552 Lübeck, Deutschland");
  });
});
