/** Words that begin a family name. Only some are so when capitalized: "Van" is a middle name in Vietnam. */
const particles = new Set(
  "van von vom zu zum zur de del della delle di da das do dos du des la le las los den der ter ten af av bin ibn al el".split(
    " ",
  ),
);
const capitalParticles = new Set(["De", "Del", "Della", "Di", "Da", "Dos", "Du", "La", "Le", "Von"]);
const suffixes = /^(jr|sr|ii|iii|iv|phd|md)\.?$/i;

/**
 * A person's name in two parts: "Ana de la Cruz" → Ana + de la Cruz, "Smith, John" → John + Smith, "Mary Ann Lind" →
 * Mary Ann + Lind. Who has one name only has it as first name, and an empty last name.
 */
export function splitPersonName(name: string): { first_name: string; last_name: string } {
  const clean = name.replace(/\s+/g, " ").trim();
  const [family, given, ...more] = clean.split(",").map((part) => part.trim());
  if (family && given && more.length === 0 && !suffixes.test(given)) return { first_name: given, last_name: family };
  const words = clean.split(" ");
  let start = words.length - 1;
  if (start > 1 && suffixes.test(words[start] ?? "")) start -= 1;
  const particle = words.findIndex(
    (word, at) => at > 0 && at < words.length - 1 && (particles.has(word) || capitalParticles.has(word)),
  );
  if (particle > 0) start = Math.min(start, particle);
  if (start < 1) return { first_name: clean, last_name: "" };
  return { first_name: words.slice(0, start).join(" "), last_name: words.slice(start).join(" ") };
}
