import { get } from "node:http";
import { exit } from "./exit.ts";
import { configOf, type Verb } from "./verb.ts";

const patienceMilliseconds = 5000;

export const verb: Verb = {
  name: "healthcheck",
  summary: "Ask the running server whether it is ready; 1 when it is not",
  options: [{ name: "live", summary: "Ask only whether it is alive" }],
  takesConfig: true,
  details: "Only 0 and 1 are answered for the server's health, as container engines expect it of a HEALTHCHECK.",
  run: async (args, io) => {
    const { host, port } = configOf(args, io).listen;
    const path = args.has("live") ? "/livez" : "/readyz";
    const { isWell, text } = await ask(reachable(host), port, path);
    io[isWell ? "out" : "err"](text);
    return isWell ? exit.ok : exit.failed;
  },
};

/** The address to reach a listener at: one that listens on everything is on the loopback interface too. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** By node:http and not fetch, which would send the question through a proxy named in the environment. */
function ask(host: string, port: number, path: string): Promise<{ isWell: boolean; text: string }> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, timeout: patienceMilliseconds }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve({ isWell: status === 200, text: status === 200 ? "ok" : `${path} answers ${status}` });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${patienceMilliseconds / 1000} s`)));
    request.on("error", (error) => resolve({ isWell: false, text: `${path}: ${error.message}` }));
  });
}
