/** What is measured, a part each. */
import type { Paint } from "./paint.ts";
import { bare, type BareResult } from "./parts/bare.ts";
import { desk, type DeskResult, saturation } from "./parts/desk.ts";
import { growth, type GrowthResult } from "./parts/growth.ts";
import { paint } from "./parts/paint.ts";
import type { Round } from "./parts/round.ts";
import { run, type RunResult } from "./parts/run.ts";
import { start, type StartResult } from "./parts/start.ts";
import { still, type StillResult } from "./parts/still.ts";

export const partNames = ["start", "desk", "saturation", "bare", "growth", "run", "still", "paint"] as const;
export type PartName = (typeof partNames)[number];

export interface Results {
  start: StartResult;
  desk: DeskResult;
  saturation: DeskResult;
  bare: BareResult[];
  growth: GrowthResult[];
  run: RunResult;
  still: StillResult[];
  paint: Paint[];
}

export const parts: { [Name in PartName]: (round: Round) => Promise<Results[Name]> } = {
  start,
  desk,
  saturation,
  bare,
  growth,
  run,
  still,
  paint,
};
