/** The organization's look: one colour, a logo, a few words (PRD 3.17 "Company branding"). */
export interface Brand {
  /** `#rrggbb`, or null for Purser's own. */
  color: string | null;
  /** The logo's file, or null. */
  logo_file_id: string | null;
  /** What clients read above the portal's sign-in and on its first page; empty: nothing. */
  welcome: string;
}

/** What a page needs to wear the brand. The addresses change with what they stand for, so browsers may keep them. */
export function brandModel({ color, logo_file_id }: Brand): { brand_css: string; logo_url: string } {
  return {
    brand_css: color === null ? "" : `/brand.css?v=${color.slice(1)}`,
    logo_url: logo_file_id === null ? "" : `/brand/logo?v=${logo_file_id.slice(-12)}`,
  };
}

export const noBrand: Brand = { color: null, logo_file_id: null, welcome: "" };

/** What mails and documents have when the organization has no colour of its own. */
export const ownColor = "#0b5e87";

type Rgb = readonly [number, number, number];

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
/** The pages' background in the dark theme. */
const night: Rgb = [24, 29, 36];
/** WCAG 2.1, 1.4.3: texts against what they stand on. */
const least = 4.5;

function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function toHex(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance (WCAG 2.1). */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Rgb, other: Rgb): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, moved towards black or white until it can be read on what it stands on. */
function readableOn(color: Rgb, ground: Rgb): Rgb {
  const end = luminance(ground) > 0.5 ? black : white;
  for (let step = 0; step <= 20; step += 1) {
    const share = step / 20;
    const mixed = color.map((part, at) => part + ((end[at] ?? 0) - part) * share) as unknown as Rgb;
    if (contrast(mixed, ground) >= least) return mixed;
  }
  return end;
}

/** A colour for what one acts on, and one for the words on it; both can be read, whatever colour was chosen. */
export interface Tones {
  primary: string;
  content: string;
}

/** A brand's colour in the light and in the dark theme. */
export function brandTones(hex: string): { light: Tones; dark: Tones } {
  const tones = (ground: Rgb): Tones => {
    const primary = readableOn(parse(hex), ground);
    const content = contrast(primary, white) >= contrast(primary, black) ? white : black;
    return { primary: toHex(primary), content: toHex(content) };
  };
  return { light: tones(white), dark: tones(night) };
}

/** What stands on white, as in mails and on paper. */
export function tonesOnWhite({ color }: Pick<Brand, "color">): Tones {
  return brandTones(color ?? ownColor).light;
}

/** The style sheet that lays a brand's colour over the themes; a theme that a person has chosen counts more than the system's. */
export function brandCss(hex: string): string {
  const { light, dark } = brandTones(hex);
  const rule = ({ primary, content }: Tones): string =>
    `--color-primary: ${primary}; --color-primary-content: ${content};`;
  return [
    `:root:root { ${rule(light)} }`,
    `@media (prefers-color-scheme: dark) { :root:root { ${rule(dark)} } }`,
    `:root:root[data-theme="purser-light"] { ${rule(light)} }`,
    `:root:root[data-theme="purser-dark"] { ${rule(dark)} }`,
    "",
  ].join("\n");
}
