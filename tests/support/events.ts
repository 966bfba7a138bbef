import { Type } from "@sinclair/typebox";
import { type AnyEventType, type EventType, eventType } from "../../src/platform/events/event-type.ts";
import type { TestProgram } from "./program.ts";

/** An event of a test's own, which the program knows from now on; what it says is free. */
export function declareEvent(t: TestProgram, name: string): EventType {
  const type = eventType({ name, description: "A test happened.", payload: Type.Object({}) });
  (t.app.registry.events as Map<string, AnyEventType>).set(name, type);
  return type;
}
