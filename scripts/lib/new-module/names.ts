import { singular } from "../../../src/platform/text.ts";

/** What a new module's things are called, from its name and its German words. */
export interface Names {
  /** `service_requests`: the module, its table, its type. */
  name: string;
  /** `service requests` and `Service requests`. */
  words: string;
  title: string;
  /** `service request` and `Service request`, and the article of a sentence that begins with it. */
  noun: string;
  sentence: string;
  article: string;
  /** `service_request`, for ids. */
  single: string;
  /** `serviceRequests`, `serviceRequest` and `ServiceRequest`. */
  camel: string;
  one: string;
  type: string;
  /** `service-requests`. */
  path: string;
  /** One and several of them in German: `Serviceanfrage`, `Serviceanfragen`. */
  german: { one: string; many: string };
}

/** Reads them off the command line; a name that is no plural in snake_case has none. */
export function namesOf([name = "", germanOne, germanMany]: readonly string[]): Names | null {
  if (!/^[a-z][a-z_]*s$/.test(name)) return null;
  const words = name.replaceAll("_", " ");
  const title = capital(words);
  const single = singular(name);
  const noun = single.replaceAll("_", " ");
  const camel = inCamelCase(name);
  const one = inCamelCase(single);
  const article = /^[aeiou]/.test(noun) ? "An" : "A";
  return {
    name,
    words,
    title,
    noun,
    sentence: capital(noun),
    article,
    single,
    camel,
    one,
    type: capital(one),
    path: name.replaceAll("_", "-"),
    // English words are often the German ones of this trade: Ticket, Asset, Backup.
    german: { one: germanOne ?? capital(noun), many: germanMany ?? title },
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function inCamelCase(text: string): string {
  return text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
