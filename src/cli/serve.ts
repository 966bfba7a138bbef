import { notifyReady, notifyStopping, startWatchdog } from "../platform/systemd.ts";
import { exit } from "./exit.ts";
import { startServer } from "./server.ts";
import { configOf, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "serve",
  summary: "Run the server",
  takesConfig: true,
  details:
    "SIGTERM and SIGINT stop it: running requests are finished within 20 seconds. A second signal stops it at once.",
  run: async (args, io) => {
    const stopAsked = Promise.withResolvers<void>();
    let signals = 0;
    const onSignal = (): void => {
      signals += 1;
      if (signals > 1) process.exit(exit.failed);
      stopAsked.resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    const server = await startServer(configOf(args, io));
    const links = server.setupUrls.map((url) => `Set it up here, within 30 minutes: ${url}`);
    // In one piece: whoever waits for the first line has the links too.
    io.out([`Purser listens on ${server.url}`, ...links].join("\n"));
    notifyReady();
    const stopWatchdog = startWatchdog(async () => {
      if (!(await server.isWorthKeeping())) throw new Error("the database does not take writes");
    });
    await stopAsked.promise;
    notifyStopping();
    stopWatchdog();
    await server.stop();
    return exit.ok;
  },
};
