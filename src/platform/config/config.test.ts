import { expect, test } from "bun:test";
import { type Config, findKey, loadConfig, shownValue } from "./config.ts";
import { OperatorProblem } from "./problem.ts";

/** The files of one test by their path. */
const filesOf = (files: Record<string, string>) => (path: string) => files[path] ?? null;
const conf = "/etc/purser/purser.conf";

function problemsOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OperatorProblem && error.kind === "configuration") return error.message;
    throw error;
  }
  return "";
}

const listenOf = ({ listen, settings }: Config) =>
  `${listen.host}:${listen.port} by ${settings.find(({ key }) => key.name === "PURSER_LISTEN")?.source}`;

test("each place outranks the one before it", () => {
  const files = filesOf({
    [conf]: "# comment\n\nPURSER_LISTEN=10.0.0.1:1\n",
    "/run/listen": "10.0.0.3:3\n",
    "/run/credentials/purser.listen": "10.0.0.4:4\n",
  });
  const none = filesOf({});
  expect(listenOf(loadConfig({}, {}, none))).toBe("127.0.0.1:8080 by default");
  expect(listenOf(loadConfig({}, {}, files))).toBe(`10.0.0.1:1 by ${conf}:3`);
  const env = { PURSER_LISTEN: "10.0.0.2:2" };
  expect(listenOf(loadConfig({}, env, files))).toBe("10.0.0.2:2 by environment");
  const withFile = { PURSER_LISTEN_FILE: "/run/listen" };
  expect(listenOf(loadConfig({}, withFile, filesOf({ "/run/listen": "10.0.0.3:3\n" })))).toBe(
    "10.0.0.3:3 by file /run/listen",
  );
  const withCredential = { ...env, CREDENTIALS_DIRECTORY: "/run/credentials" };
  expect(listenOf(loadConfig({}, withCredential, files))).toBe("10.0.0.4:4 by credential purser.listen");
  expect(listenOf(loadConfig({ listen: "10.0.0.5:5" }, withCredential, files))).toBe("10.0.0.5:5 by --listen");
});

test("an unknown name is refused with what was probably meant", () => {
  expect(problemsOf(() => loadConfig({}, { PURSER_LITSEN: "x" }, filesOf({})))).toBe(
    "PURSER_LITSEN (environment) is not a setting; did you mean PURSER_LISTEN?",
  );
  expect(problemsOf(() => loadConfig({}, { PURSER_SECRET_KEY: "x" }, filesOf({})))).toContain(
    "PURSER_SECRET_KEY_FILE?",
  );
  expect(problemsOf(() => loadConfig({}, {}, filesOf({ [conf]: "PURSER_DATADIR=/x" })))).toBe(
    `PURSER_DATADIR (${conf}:1) is not a setting; did you mean PURSER_DATA_DIR?`,
  );
  expect(problemsOf(() => loadConfig({}, { PURSER_ZZZZZZZZZZZZZZZZZ: "x" }, filesOf({})))).toEndWith(
    "is not a setting",
  );
});

test("other programs' variables are none of our business", () => {
  expect(() => loadConfig({}, { PATH: "/bin", PURSE: "x" }, filesOf({}))).not.toThrow();
});

test("a setting of the multi-tenant edition is named as such", () => {
  const env = { PURSER_DATABASE_URL: "postgres://a:b@h/d" };
  expect(problemsOf(() => loadConfig({}, env, filesOf({})))).toContain("belongs to the multi-tenant edition");
  expect(loadConfig({}, env, filesOf({}), true).databaseUrl).toBe("postgres://a:b@h/d");
});

test("KEY and KEY_FILE together are refused, wherever they stand", () => {
  const both = { PURSER_DATABASE_URL: "postgres://a:b@h/d", PURSER_DATABASE_URL_FILE: "/run/db" };
  expect(problemsOf(() => loadConfig({}, both, filesOf({ "/run/db": "postgres://a:b@h/e" }), true))).toContain(
    "are both set; keep one",
  );
  const apart = filesOf({ "/run/db": "postgres://a:b@h/e", [conf]: "PURSER_DATABASE_URL=postgres://a:b@h/d" });
  expect(problemsOf(() => loadConfig({}, { PURSER_DATABASE_URL_FILE: "/run/db" }, apart, true))).toContain(
    "are both set",
  );
});

test("a KEY_FILE that does not exist is an error, not a default", () => {
  expect(problemsOf(() => loadConfig({}, { PURSER_LISTEN_FILE: "/run/none" }, filesOf({})))).toContain(
    "/run/none, which does not exist",
  );
});

test("a named configuration file has to exist; the default one need not", () => {
  expect(problemsOf(() => loadConfig({ config: "/srv/p.conf" }, {}, filesOf({})))).toContain(
    "/srv/p.conf (--config) does not exist",
  );
  expect(
    loadConfig({ config: "/srv/p.conf" }, {}, filesOf({ "/srv/p.conf": "PURSER_LISTEN='[::1]:90'" })).listen,
  ).toEqual({ host: "::1", port: 90 });
});

test("everything that is wrong is told at once", () => {
  const env = {
    PURSER_LISTEN: "8080",
    PURSER_PUBLIC_URL: "https://x.test/path",
    PURSER_LOG_FORMAT: "xml",
    PURSER_TRUSTED_PROXIES: "10.0.0.0/33",
  };
  expect(problemsOf(() => loadConfig({}, env, filesOf({ [conf]: "no equals sign" }))).split("\n")).toHaveLength(5);
});

test("a wrong secret is not shown in the message about it", () => {
  const message = problemsOf(() => loadConfig({}, { PURSER_DATABASE_URL: "mysql://u:hunter2@h/d" }, filesOf({}), true));
  expect(message).toContain("PURSER_DATABASE_URL");
  expect(message).not.toContain("hunter2");
});

test.each(["http://api.stripe.example", "ftp://x.test", "https://u:p@x.test", "http://127.0.0.1.evil.test"])(
  "payment secrets are not sent to %s",
  (address) => {
    expect(problemsOf(() => loadConfig({}, { PURSER_STRIPE_API_BASE: address }, filesOf({})))).toContain(
      "PURSER_STRIPE_API_BASE",
    );
  },
);

test("a stand-in for Stripe may be on this machine", () => {
  expect(loadConfig({}, { PURSER_STRIPE_API_BASE: "http://127.0.0.1:9000/" }, filesOf({})).stripeApiBase).toBe(
    "http://127.0.0.1:9000",
  );
});

test("an empty variable counts as not set", () => {
  expect(loadConfig({}, { PURSER_PUBLIC_URL: "" }, filesOf({})).publicUrl).toBeNull();
});

test("the data directory is systemd's where there is one, and the key lies in it", () => {
  const config = loadConfig({}, { STATE_DIRECTORY: "/var/lib/purser:/var/lib/other" }, filesOf({}));
  expect(config.dataDir).toBe("/var/lib/purser");
  expect(config.secretKeyFile).toBe("/var/lib/purser/secret.key");
  expect(loadConfig({}, {}, filesOf({})).dataDir).toBe(`${process.cwd()}/purser-data`);
  const credential = filesOf({ "/run/c/purser.secret_key": "\u0000binary" });
  expect(loadConfig({}, { CREDENTIALS_DIRECTORY: "/run/c" }, credential).secretKeyFile).toBe(
    "/run/c/purser.secret_key",
  );
});

test("secrets are masked where settings are shown", () => {
  const { settings } = loadConfig(
    {},
    { PURSER_DATABASE_URL: "postgres://purser:hunter2@db:5432/desk?sslkey=abc" },
    filesOf({}),
    true,
  );
  const shown = settings.map(shownValue).join("\n");
  expect(shown).toContain("postgres://purser:********@db:5432/desk");
  expect(shown).not.toMatch(/hunter2|abc/);
});

test("a password with an @ in it is masked as a whole", () => {
  const { settings } = loadConfig({}, { PURSER_DATABASE_URL: "postgres://purser:hun@ter2@db/desk" }, filesOf({}), true);
  expect(settings.map(shownValue).join("\n")).not.toMatch(/hun|ter2/);
});

test("a setting is found by any of its names", () => {
  for (const name of ["PURSER_DATA_DIR", "data-dir", "--data-dir", "data_dir"])
    expect(findKey(name)?.name).toBe("PURSER_DATA_DIR");
  expect(findKey("nothing")).toBeUndefined();
});
