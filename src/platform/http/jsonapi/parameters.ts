import { aboutParameter, malformed } from "../../errors.ts";
import { isApi, type Route } from "../route.ts";

/**
 * Refuses what a route of the API does not state in its `doc`, and what is given twice (400): for whoever asks for something
 * that is not done, silence would look like success. Lists and records of resources read the grammar's parameters themselves.
 */
export function checkParameters({ path, doc }: Route, { searchParams }: URL): void {
  if (!isApi(path) || doc?.grammar !== undefined) return;
  const known = doc?.parameters ?? {};
  for (const name of searchParams.keys())
    aboutParameter(name, () => {
      if (!Object.hasOwn(known, name)) throw malformed(`The parameter ${name} is not known here.`, "unknown_parameter");
      if (searchParams.getAll(name).length > 1)
        throw malformed(`The parameter ${name} is given twice.`, "repeated_parameter");
    });
}
