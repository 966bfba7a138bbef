import type { Actor } from "../access/actor.ts";
import type { Clock } from "../clock.ts";
import type { AppOptions, Tenant } from "../context.ts";

/**
 * How many API requests come in: by key or person and by organization, and how many may. Kept in memory by each node:
 * nothing is written for a request (decision 0012).
 */
export interface Traffic {
  /** Counts a request of somebody who is known, and says whether it may be answered. */
  take(tenant: Tenant, actor: Actor): Toll;
  /** Requests by organization since it was last asked. */
  drain(): Map<string, number>;
}

export interface Toll {
  isRefused: boolean;
  /** Seconds until one more request is free. */
  retryAfterSeconds: number;
  /** `RateLimit-*` of the limit that is nearer; empty where there is none. */
  headers: Readonly<Record<string, string>>;
}

/** A bucket holds a minute's requests and fills evenly. */
interface Bucket {
  limit: number;
  tokens: number;
  at: number;
}

const none: Readonly<Record<string, string>> = {};
const mostBuckets = 20_000;

/**
 * Counts requests, and holds each API key and each organization to its number a minute: a bucket each, kept by this node.
 *
 * @param perMinute null: no limit
 */
export function trafficOf(clock: Clock, perMinute: AppOptions["requestsPerMinute"]): Traffic {
  const buckets = new Map<string, Bucket>();
  let counts = new Map<string, number>();

  const bucketOf = (name: string, limit: number, now: number): Bucket => {
    const known = buckets.get(name);
    const bucket = known ?? { limit, tokens: limit, at: now };
    bucket.tokens = Math.min(limit, bucket.tokens + ((now - bucket.at) * limit) / 60_000);
    bucket.limit = limit;
    bucket.at = now;
    if (known === undefined) {
      if (buckets.size >= mostBuckets) dropFull(now);
      buckets.set(name, bucket);
    }
    return bucket;
  };
  /** A full bucket says nothing that a new one does not. */
  const dropFull = (now: number): void => {
    for (const [name, { limit, tokens, at }] of buckets)
      if (tokens + ((now - at) * limit) / 60_000 >= limit) buckets.delete(name);
  };

  return {
    take: (tenant, actor) => {
      counts.set(tenant.id, (counts.get(tenant.id) ?? 0) + 1);
      const now = new Date(clock.now()).getTime();
      const limits: [string, number | null][] = [
        [`tenant ${tenant.id}`, tenant.limits.requests_per_minute ?? perMinute.tenant],
        [`key ${tenant.id} ${actor.api_key_id ?? actor.user_id ?? ""}`, perMinute.key],
      ];
      const asked = limits.flatMap(([name, limit]) => (limit === null ? [] : [bucketOf(name, limit, now)]));
      const isRefused = asked.some(({ tokens }) => tokens < 1);
      // Taken from both or from none: who is over the own limit does not use up the others'.
      if (!isRefused) for (const bucket of asked) bucket.tokens -= 1;
      const [nearest] = asked.toSorted((one, other) => one.tokens - other.tokens);
      if (nearest === undefined) return { isRefused, retryAfterSeconds: 0, headers: none };
      const secondsUntil = (tokens: number): number =>
        Math.max(0, Math.ceil(((tokens - nearest.tokens) * 60) / nearest.limit));
      return {
        isRefused,
        retryAfterSeconds: Math.max(1, secondsUntil(1)),
        headers: {
          "ratelimit-limit": String(nearest.limit),
          "ratelimit-remaining": String(Math.max(0, Math.floor(nearest.tokens))),
          "ratelimit-reset": String(secondsUntil(nearest.limit)),
        },
      };
    },
    drain: () => {
      const drained = counts;
      counts = new Map();
      return drained;
    },
  };
}
