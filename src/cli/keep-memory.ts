/**
 * Starts the server's process over, once, with the setting that lets it keep the memory that it has used (decision 0041). By
 * itself Bun's allocator gives back at once what was freed, and takes it again for the next request. It reads its settings before
 * any line of this program runs, so there is no later moment. The process keeps its number, its files and its place in
 * systemd; whoever has set it otherwise is left alone.
 */
const setting = "MIMALLOC_PURGE_DELAY";

const { argv, env, execPath, platform } = process;
if (Bun.isStandaloneExecutable && platform === "linux" && argv[2] === "serve" && env[setting] === undefined) {
  try {
    process.execve?.(execPath, [process.argv0, ...argv.slice(2)], { ...env, [setting]: "-1" });
  } catch {
    // It serves as well without.
  }
}
