import { AsyncLocalStorage } from "node:async_hooks";
import { type App, type Tenant } from "./context.ts";
import { dispatchEvents } from "./events/dispatcher.ts";
import { newId } from "./ids.ts";
import { settleWork, tenantsWithWork } from "./jobs/due-work.ts";
import { releaseLeftBehind } from "./http/jsonapi/idempotency.ts";
import { holdLease, runDueJobs } from "./jobs/jobs.ts";
import { endLife, showLife, signMilliseconds } from "./jobs/nodes.ts";
import { complaint } from "./log.ts";
import type { Sender } from "./module.ts";
import { releaseMails, sendDueMails } from "./mail/sender.ts";

/** What goes on beside the requests: events, mail and jobs, tenant by tenant. */
export interface Background {
  wake(tenantId: string): void;
  /** Lets the running round come to its end, then stops. */
  stop(): Promise<void>;
}

const pollMilliseconds = 2000;
const leaseSeconds = 30;
/** Organizations for which one kind of thing is sent side by side. */
const mostSending = 50;
/** While the database is away every round fails: said once a minute. */
const complaints = {
  round: complaint("error", "a background round failed"),
  tenant: complaint("error", "the background work of an organization failed"),
  life: complaint("warn", "no sign of life could be given"),
};

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

  // A round goes on until nothing is left of what its own handlers have queued, so they need not wake another one.
  const handing = new AsyncLocalStorage<true>();
  const handOut = (tenant: Tenant): Promise<number> => handing.run(true, () => dispatchEvents(app, tenant));

  let isScheduler = false;
  let leaseAskedAt = -Infinity;
  /** Asked for the lease again at the half of its time; of somebody else's, with every look. Rounds that were woken come oftener. */
  const seeToLease = async (): Promise<void> => {
    const now = performance.now();
    if (now - leaseAskedAt < (isScheduler ? leaseSeconds * 500 : pollMilliseconds)) return;
    // What is not known to be ours is not.
    isScheduler = false;
    isScheduler = await holdLease(app, "scheduler", holder, leaseSeconds);
    leaseAskedAt = now;
  };

  const round = async (): Promise<void> => {
    await seeToLease();
    const named = [...woken];
    woken = new Set();
    visited = await tenantsWithWork(app, named);
    await forEachTenant(async (tenant) => {
      while (!isStopping && (await handOut(tenant)) > 0);
      if (!isStopping) await settleWork(app, tenant.id);
    });
  };

  // A job may wait for somebody else's server, and keeps neither the rounds nor what is sent waiting. One after another, or the
  // night's jobs of all organizations would run at once; the rounds meanwhile hold the lease.
  let jobs: Promise<void> | null = null;
  const mayRunJobs = (): boolean => isScheduler && !isStopping;
  const startJobs = (): void => {
    if (!mayRunJobs()) return;
    jobs ??= runJobs(visited).finally(() => {
      jobs = null;
    });
  };
  const runJobs = async (tenants: readonly Tenant[]): Promise<void> => {
    for (const tenant of tenants) {
      if (!mayRunJobs()) return;
      try {
        await runDueJobs(app, tenant, mayRunJobs);
        await settleWork(app, tenant.id);
      } catch (error) {
        complaints.tenant({ tenant: tenant.id, error: String(error) });
      }
    }
  };

  // The trouble of one organization must not keep the others waiting.
  const forEachTenant = async (work: (tenant: Tenant) => Promise<unknown>): Promise<void> => {
    for (const tenant of visited) {
      if (isStopping) return;
      try {
        await work(tenant);
      } catch (error) {
        complaints.tenant({ tenant: tenant.id, error: String(error) });
      }
    }
  };

  // A slow mail server must not hold up events, nor one organization's the mail of another: what talks to the world has
  // loops of its own, one for each organization, woken after each round.
  const mail: Sender = { name: "mail", sendDue: sendDueMails, release: releaseMails };
  const senders = [mail, ...app.registry.senders].map(({ name, sendDue, release }) => {
    const running = new Map<string, Promise<void>>();
    /** Those for whom a round has come while they were being sent for: the last look may have been before it. */
    const again = new Set<string>();
    const failed = complaint("error", `sending ${name} failed`);
    // A sender takes so much at a time; as long as there is more, the next round need not be waited for.
    const sendAll = async (tenant: Tenant): Promise<void> => {
      do {
        again.delete(tenant.id);
        while (!isStopping && (await sendDue(app, tenant, () => isStopping)) > 0);
      } while (!isStopping && again.has(tenant.id));
    };
    const run = (tenant: Tenant): Promise<void> =>
      sendAll(tenant)
        .catch((error: unknown) => failed({ tenant: tenant.id, error: String(error) }))
        .finally(() => running.delete(tenant.id));
    return {
      release,
      start: (): void => {
        for (const tenant of visited)
          if (running.has(tenant.id)) again.add(tenant.id);
          else if (running.size < mostSending) running.set(tenant.id, run(tenant));
      },
      ended: (): Promise<unknown> => Promise.all(running.values()),
    };
  });

  // A long task of one kind keeps neither the rounds nor the other kinds waiting.
  const running = new Map<string, Promise<void>>();
  const nextAt = new Map<string, number>();
  const rounds = app.registry.rounds.map((one) => ({
    ...one,
    failed: complaint("error", `the round ${one.name} failed`),
  }));
  const startRounds = (): void => {
    for (const one of rounds) {
      const now = performance.now();
      if (running.has(one.name) || (nextAt.get(one.name) ?? 0) > now) continue;
      nextAt.set(one.name, now + one.seconds * 1000);
      running.set(one.name, runRound(one));
    }
  };
  const runRound = (one: (typeof rounds)[number]): Promise<void> =>
    one
      .run(app, () => isStopping)
      .catch((error: unknown) => one.failed({ error: String(error) }))
      .finally(() => running.delete(one.name));

  const loop = (async () => {
    let isReleased = app.edition === "multi";
    while (!isStopping) {
      isWoken = false;
      try {
        // The single edition has its data for itself: what an earlier run was sending when it died is free at once.
        if (!isReleased)
          for (const tenant of await tenantsWithWork(app, []))
            for (const { release } of senders) await release?.(app, tenant.id);
        isReleased = true;
        await round();
        await app.journal.flush();
        startJobs();
        startRounds();
        for (const sender of senders) sender.start();
      } catch (error) {
        complaints.round({ error: String(error) });
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

  // Not in the rounds: a long one must not look like the end of this process.
  const signOfLife = (): Promise<void> =>
    showLife(app)
      .then(() => releaseLeftBehind(app))
      .catch((error: unknown) => complaints.life({ error: String(error) }));
  let sign = signOfLife();
  const signs = setInterval(() => {
    sign = signOfLife();
  }, signMilliseconds);

  return {
    wake: (tenantId) => {
      if (handing.getStore() === true) return;
      woken.add(tenantId);
      isWoken = true;
      wakeUp?.();
    },
    stop: async () => {
      isStopping = true;
      wakeUp?.();
      await loop;
      await jobs;
      clearInterval(signs);
      await sign;
      await app.journal.flush();
      await Promise.all(running.values());
      await Promise.all(rounds.filter((one) => one.isRunAtStop === true).map(runRound));
      await Promise.all(senders.map((sender) => sender.ended()));
      await endLife(app).catch((error: unknown) => complaints.life({ error: String(error) }));
    },
  };
}
