/**
 * Starts the process over, once, with the setting that lets it keep the memory that it has used (decision 0041): the server's, and
 * that of the demo, which writes as much at once as a server does in years. By itself Bun's allocator gives back at once what was
 * freed, and takes it again for the next request. It reads its settings before any line of this program runs, so there is no later
 * moment. The process keeps its number, its files and its place in systemd; whoever has set it otherwise is left alone.
 */
const setting = "MIMALLOC_PURGE_DELAY";
const longOnes = ["serve", "demo"];

const { argv, env, execPath, platform } = process;
if (
  Bun.isStandaloneExecutable &&
  platform === "linux" &&
  longOnes.includes(argv[2] ?? "") &&
  env[setting] === undefined
) {
  try {
    process.execve?.(execPath, [process.argv0, ...argv.slice(2)], { ...env, [setting]: "-1" });
  } catch {
    // It serves as well without.
  }
}
