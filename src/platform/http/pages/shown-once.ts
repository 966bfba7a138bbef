import type { Ctx } from "../../context.ts";
import { SealBroken } from "../../crypto/sealing.ts";
import { t } from "../../language/index.ts";
import { cookieNamed, hostCookieName, serializeCookie } from "../cookies.ts";
import { isOwnPath } from "../own-path.ts";
import { type Answer, type Door, type Incoming, redirect, type Route } from "../route.ts";

/**
 * What is shown once and kept nowhere: a new key, a secret, recovery codes, a link. The page that answered the form itself would
 * make another one when it is loaded again. So the browser is sent on to a page of its own, and what stands there travels with it,
 * sealed, in a cookie that this page takes away.
 */

type Page = Extract<Answer, { kind: "page" }>;
type ShownDoor = Extract<Door, "staff" | "portal" | "operator">;

const purpose = "shown-once";
const seconds = 10 * 60;
const pathOf = (door: ShownDoor): string => (door === "portal" ? "/portal/shown-once" : "/shown-once");
const cookieName = (ctx: Ctx): string => hostCookieName("purser_once", ctx.tenant.public_url);

function cookieOf(ctx: Ctx, value: string): string {
  const maxAgeSeconds = value === "" ? 0 : seconds;
  return serializeCookie(cookieName(ctx), value, { publicUrl: ctx.tenant.public_url, maxAgeSeconds });
}

/** Sends the browser on to where `shown` stands, once; whoever comes again is led to `next`. */
export function showOnce(ctx: Ctx, door: ShownDoor, shown: Page, next: string, cookies: string[] = []): Answer {
  const { view, title, model } = shown;
  const packed = Buffer.from(Bun.gzipSync(Buffer.from(JSON.stringify({ view, title, model })))).toString("base64");
  const sealed = ctx.app.keyring.seal(purpose, ctx.tenant.id, packed);
  const to = `${pathOf(door)}?next=${encodeURIComponent(next)}`;
  return redirect(to, "", "success", [...cookies, cookieOf(ctx, sealed)]);
}

function read(ctx: Ctx, incoming: Incoming): Pick<Page, "view" | "title" | "model"> | null {
  const sealed = cookieNamed(cookieName(ctx), incoming.request) ?? "";
  if (sealed === "") return null;
  try {
    const packed = ctx.app.keyring.open(purpose, ctx.tenant.id, sealed);
    return JSON.parse(Buffer.from(Bun.gunzipSync(Buffer.from(packed, "base64"))).toString()) as Page;
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

/** Where it is shown, behind a door. */
export function shownOnceRoute(door: ShownDoor, permission: string | null = null): Route {
  return {
    method: "GET",
    path: pathOf(door),
    door,
    permission,
    handle: async (ctx, incoming) => {
      const next = incoming.url.searchParams.get("next") ?? "";
      const shown = read(ctx, incoming);
      if (shown === null)
        return redirect(
          isOwnPath(next) ? next : door === "portal" ? "/portal" : "/",
          t("That is shown only once. If you have not copied it, make a new one."),
          "error",
        );
      return { kind: "page", ...shown, status: 200, headers: { "set-cookie": cookieOf(ctx, "") } };
    },
  };
}
