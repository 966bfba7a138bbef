import { Type } from "@sinclair/typebox";
import { inUnit, reading, type Work } from "../../src/platform/context.ts";
import { dispatchEvents } from "../../src/platform/events/dispatcher.ts";
import {
  type AnyEventType,
  type EventType,
  eventType,
  type Happened,
  type Subscription,
} from "../../src/platform/events/event-type.ts";
import { emit } from "../../src/platform/events/outbox.ts";
import type { TestProgram } from "./program.ts";

/** An event of a test's own, which the program knows from now on; what it says is free. */
export function declareEvent(t: TestProgram, name: string): EventType {
  const type = eventType({ name, description: "A test happened.", payload: Type.Object({}) });
  (t.app.registry.events as Map<string, AnyEventType>).set(name, type);
  return type;
}

/** Events of a test's own, those who listen to them, and what became of that. */
export interface EventWorld {
  /** The handlers that have run, in their order. */
  taken: string[];
  /** From now on these listen to an event, and nobody else. */
  listen(
    event: string,
    ...handlers: { name: string; run?(work: Work, payload: Record<string, unknown>): Promise<void> }[]
  ): void;
  tell(event: string, payload?: Record<string, unknown>): Promise<void>;
  /** One round of the dispatcher; answers how many deliveries it has tried. */
  round(): Promise<number>;
  deliveriesOf(event: string): ReturnType<typeof deliveriesOf>;
  /** Nothing is waiting, nothing has run, and the clock stands where every test's does. */
  reset(): Promise<void>;
}

const deliveriesOf = (t: TestProgram, event: string) =>
  reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("event_deliveries")
      .innerJoin("events", "events.id", "event_deliveries.event_id")
      .select([
        "event_deliveries.id",
        "handler",
        "event_id",
        "attempts",
        "next_attempt_at",
        "succeeded_at",
        "dead_at",
        "last_error",
      ])
      .where("event_name", "=", event)
      .orderBy("handler")
      .execute(),
  );

export function eventWorld(t: TestProgram): EventWorld {
  const world: EventWorld = {
    taken: [],
    listen: (event, ...handlers) => {
      const subscriptions = t.app.registry.subscriptions as Map<string, readonly Subscription[]>;
      subscriptions.set(
        event,
        handlers.map(({ name, run }) => ({
          event,
          name,
          run: async (work: Work, { payload }: Happened) => {
            world.taken.push(name);
            await run?.(work, payload);
          },
        })),
      );
    },
    tell: (event, payload = {}) => inUnit(t.harbor.system, (work) => emit(work, declareEvent(t, event), payload)),
    round: () => dispatchEvents(t.app, t.harbor.tenant),
    deliveriesOf: (event) => deliveriesOf(t, event),
    reset: async () => {
      world.taken = [];
      await t.app.database.write(t.harbor.id, (db) => db.deleteFrom("event_deliveries").execute());
      t.clock.set("2026-11-21T09:00:00.000Z");
    },
  };
  return world;
}
