import { runCli } from "./index.ts";
import { processIo } from "./io.ts";

// Whatever is written, SQLite's files included, is for this user alone.
process.umask(0o077);
// Everything a verb started has come to its end when it answers; what still ticks must not keep the process.
process.exit(await runCli(process.argv.slice(2), processIo()));
