import { type App, type Tenant } from "./context.ts";
import { dispatchEvents } from "./events/dispatcher.ts";
import { newId } from "./ids.ts";
import { settleWork, tenantsWithWork } from "./jobs/due-work.ts";
import { holdLease, runDueJobs } from "./jobs/jobs.ts";
import { log } from "./log.ts";
import type { Round } from "./module.ts";
import { releaseMails, sendDueMails } from "./mail/sender.ts";

/** What goes on beside the requests: events, mail and jobs, tenant by tenant. */
export interface Background {
  wake(tenantId: string): void;
  /** Lets the running round come to its end, then stops. */
  stop(): Promise<void>;
}

const pollMilliseconds = 2000;
const leaseSeconds = 30;

/**
 * Runs rounds: at once when woken, otherwise every two seconds. Events and mail are claimed row by row, so every node may
 * work on them; the clock's jobs belong to the node that holds the lease.
 */
export function startBackground(app: App): Background {
  const holder = newId();
  let isStopping = false;
  let wakeUp: (() => void) | null = null;
  let isWoken = false;
  let woken = new Set<string>();
  /** Those whom the running round visits. */
  let visited: Tenant[] = [];

  const round = async (): Promise<void> => {
    const isScheduler = await holdLease(app, "scheduler", holder, leaseSeconds);
    const named = [...woken];
    woken = new Set();
    visited = await tenantsWithWork(app, named);
    await forEachTenant("a background round failed", async (tenant) => {
      while (!isStopping && (await dispatchEvents(app, tenant)) > 0);
      if (isScheduler) await runDueJobs(app, tenant);
      if (!isStopping) await settleWork(app, tenant.id);
    });
  };

  // The trouble of one organization must not keep the others waiting.
  const forEachTenant = async (complaint: string, work: (tenant: Tenant) => Promise<unknown>): Promise<void> => {
    for (const tenant of visited) {
      if (isStopping) return;
      try {
        await work(tenant);
      } catch (error) {
        log.error(complaint, { tenant: tenant.id, error: String(error) });
      }
    }
  };

  // A slow mail server must not hold up events: what talks to the world has loops of its own, woken after each round.
  const senders = [{ name: "mail", sendDue: sendDueMails }, ...app.registry.senders].map(({ name, sendDue }) => {
    let running: Promise<void> | null = null;
    return {
      start: (): void => {
        running ??= forEachTenant(`sending ${name} failed`, (tenant) => sendDue(app, tenant))
          .catch((error: unknown) => log.error(`sending ${name} failed`, { error: String(error) }))
          .finally(() => {
            running = null;
          });
      },
      ended: async (): Promise<void> => {
        await running;
      },
    };
  });

  // A long task of one kind keeps neither the rounds nor the other kinds waiting.
  const running = new Map<string, Promise<void>>();
  const nextAt = new Map<string, number>();
  const startRounds = (): void => {
    for (const one of app.registry.rounds) {
      const now = performance.now();
      if (running.has(one.name) || (nextAt.get(one.name) ?? 0) > now) continue;
      nextAt.set(one.name, now + one.seconds * 1000);
      running.set(one.name, runRound(one));
    }
  };
  const runRound = (one: Round): Promise<void> =>
    one
      .run(app, () => isStopping)
      .catch((error: unknown) => log.error("a round failed", { round: one.name, error: String(error) }))
      .finally(() => running.delete(one.name));

  const loop = (async () => {
    let isReleased = app.edition === "multi";
    while (!isStopping) {
      isWoken = false;
      try {
        // The single edition has its data for itself: what an earlier run was sending when it died is free at once.
        if (!isReleased) for (const tenant of await tenantsWithWork(app, [])) await releaseMails(app, tenant.id);
        isReleased = true;
        await round();
        await app.journal.flush();
        startRounds();
        for (const sender of senders) sender.start();
      } catch (error) {
        log.error("a background round failed", { error: String(error) });
      }
      if (isStopping || isWoken) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMilliseconds);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();

  return {
    wake: (tenantId) => {
      woken.add(tenantId);
      isWoken = true;
      wakeUp?.();
    },
    stop: async () => {
      isStopping = true;
      wakeUp?.();
      await loop;
      await app.journal.flush();
      await Promise.all(running.values());
      await Promise.all(app.registry.rounds.filter((one) => one.isRunAtStop === true).map(runRound));
      await Promise.all(senders.map((sender) => sender.ended()));
    },
  };
}
