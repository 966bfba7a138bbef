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
    return userAgent === "" ? "Unknown program" : (userAgent.split(/[\s/]/)[0] ?? "Unknown program");
  const system = first(systems);
  return system === undefined ? browser : `${browser} on ${system}`;
}
