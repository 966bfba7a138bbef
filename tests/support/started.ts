import { afterAll, afterEach } from "bun:test";
import type { RunningBinary } from "./binary.ts";
import { type Installation, newInstallation } from "./installation.ts";

/** The first administrator of installations that tests make. */
export const person = { name: "Dana Reyes", email: "dana@harbor.example", password: "seven lanterns over tide" };

const made: Installation[] = [];
const running: RunningBinary[] = [];

/** An installation that is taken down when the file's tests are over. */
export async function installation(): Promise<Installation> {
  const one = await newInstallation();
  made.push(one);
  return one;
}

/** Its server, which is killed when the test is over. */
export async function started(one: Installation): Promise<RunningBinary> {
  const server = await one.start();
  running.push(server);
  return server;
}

/** Registers the clean-up; to be called once in a test file. */
export function cleanUpAfterwards(): void {
  afterEach(async () => {
    for (const server of running.splice(0)) await server.kill9().catch(() => undefined);
  });
  afterAll(async () => {
    for (const one of made.splice(0)) await one.close();
  });
}

/** A request to the API of an installation. */
export function api(one: Installation, key: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${one.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/vnd.api+json" },
  });
}

/** The request that makes a company. */
export function company(name: string): RequestInit {
  return { method: "POST", body: JSON.stringify({ data: { type: "companies", attributes: { name } } }) };
}
