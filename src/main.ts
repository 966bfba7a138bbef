// Alone in the first piece of the program, for what is loaded before it may be loaded a second time.
import "./cli/keep-memory.ts";

await import("./cli/run.ts");
