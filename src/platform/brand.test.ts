import { describe, expect, test } from "bun:test";
import { brandCss, brandTones } from "./brand.ts";

const luminance = (hex: string): number => {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

describe("a brand's colour", () => {
  test("stays what it is where it can be read", () => {
    expect(brandTones("#0b5e87").light).toEqual({ primary: "#0b5e87", content: "#ffffff" });
    expect(brandTones("#8fd3ff").dark).toEqual({ primary: "#8fd3ff", content: "#000000" });
  });

  test.each(["#ffffff", "#000000", "#ffee00", "#123456", "#00ff00", "#7f7f7f", "#ff0000"])(
    "%s can be read on both themes, and so can what stands on it",
    (color) => {
      const { light, dark } = brandTones(color);
      expect(contrast(light.primary, "#ffffff")).toBeGreaterThanOrEqual(4.49);
      expect(contrast(dark.primary, "#181d24")).toBeGreaterThanOrEqual(4.49);
      for (const { primary, content } of [light, dark]) expect(contrast(primary, content)).toBeGreaterThanOrEqual(4.49);
    },
  );

  test("is laid over the themes by a style sheet that holds colours and nothing else", () => {
    expect(brandCss("#ffee00")).toMatch(/^(?:[-:.a-z[\]"=() {}@;\n]|#[0-9a-f]{6})+$/);
  });
});
