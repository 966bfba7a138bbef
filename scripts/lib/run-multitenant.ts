/** Starts the multi-tenant edition to try it out: `bun scripts/lib/run-multitenant.ts HOST:PORT DIR [--demo]`. */
import { Client } from "pg";
import { startPostgres } from "./postgres.ts";

const [listen = "127.0.0.1:8080", dataDir = "tmp/run"] = process.argv.slice(2);
const isDemo = process.argv.includes("--demo");
const program = "dist/purser-multitenant";
const port = listen.split(":").at(-1) ?? "8080";
const urlOf = (name: string): string => `http://${name}.localhost:${port}`;

// Throw-away, as the tests have it: everything is gone when it stops.
const postgres = await startPostgres();

async function prepare(): Promise<{ migrator: string; serving: string }> {
  const password = crypto.randomUUID();
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create role purser_serving login password '${password}'`);
  await client.query("create database purser");
  await client.end();
  const [migrator, serving] = [new URL(postgres.url), new URL(postgres.url)];
  for (const url of [migrator, serving]) url.pathname = "/purser";
  serving.username = "purser_serving";
  serving.password = password;
  return { migrator: migrator.href, serving: serving.href };
}

const { migrator, serving } = await prepare();
const env = {
  ...process.env,
  PURSER_DATA_DIR: dataDir,
  PURSER_LISTEN: listen,
  PURSER_ADMIN_URL: urlOf("admin"),
  PURSER_MIGRATOR_URL: migrator,
  PURSER_DATABASE_URL: serving,
};

/** Runs a verb to its end; what it prints on standard output is the answer. */
async function purser(args: string[], stdin = ""): Promise<string> {
  const child = Bun.spawn([program, ...args], { env, stdin: Buffer.from(stdin), stdout: "pipe", stderr: "inherit" });
  const out = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`purser ${args.slice(0, 2).join(" ")} failed`);
  return out.trim();
}

const waiting = "without an administrator yet: the server prints a link below";

/** Mill IT is empty but set up, so that one can look from there for what is Harbor IT's. Answers how to sign in. */
async function secondAdministrator(): Promise<string> {
  const email = "mara.stone@millit.example";
  const password = crypto.randomUUID();
  const who = ["--email", email, "--name", "Mara Stone", "--tenant", "mill.localhost"];
  await purser(["admin", "create", ...who, "--password-file", "-"], password);
  return `administrator  ${urlOf("mill")}/sign-in  ${email}  ${password}`;
}

try {
  await purser(["tenant", "create", "--name", "Harbor IT", "--domain", "harbor.localhost", "--url", urlOf("harbor")]);
  await purser(["tenant", "create", "--name", "Mill IT", "--domain", "mill.localhost", "--url", urlOf("mill")]);
  const operator = await purser(["operator", "create", "--name", "Olga Reyes", "--email", "olga@example.com"]);
  const signIns = isDemo ? await purser(["demo", "--tenant", "harbor.localhost"]) : waiting;
  console.log(`\nHarbor IT at ${urlOf("harbor")}\n${signIns}`);
  console.log(`\nMill IT at ${urlOf("mill")}\n${isDemo ? await secondAdministrator() : waiting}`);
  console.log(`\nOperators at ${urlOf("admin")}\nOlga Reyes, olga@example.com, chooses a password at ${operator}\n`);
  const server = Bun.spawn([program, "serve"], { env, stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));
  process.exitCode = await server.exited;
} finally {
  await postgres.stop();
}
