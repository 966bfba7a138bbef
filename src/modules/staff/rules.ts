import { t } from "../../platform/language/index.ts";
/** A browser in words: "Firefox on Windows". */
export function deviceOf(userAgent: string): string {
  const browsers: [RegExp, string][] = [
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Firefox\//, "Firefox"],
    [/Chrom(e|ium)\//, "Chrome"],
    [/Safari\//, "Safari"],
  ];
  const systems: [RegExp, string][] = [
    [/iPhone|iPad/, "iOS"],
    [/Android/, "Android"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux/, "Linux"],
  ];
  const first = (list: [RegExp, string][]): string | undefined =>
    list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = first(browsers);
  if (browser === undefined)
    return userAgent === "" ? t("Unknown program") : (userAgent.split(/[\s/]/)[0] ?? t("Unknown program"));
  const system = first(systems);
  return system === undefined ? browser : t("{browser} on {system}", { browser, system });
}
