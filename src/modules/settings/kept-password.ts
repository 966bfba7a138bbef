import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

interface Server {
  host: string;
  port: number;
  username?: string | null;
}

/**
 * A kept password goes only to the server, and as the user, that it was typed for: whoever enters another one would have it
 * sent there.
 *
 * @throws Failure 422 at the password
 */
export function checkKeptPassword(kept: Server, to: Server): void {
  const isSame =
    kept.host.trim().toLowerCase() === to.host.trim().toLowerCase() &&
    kept.port === to.port &&
    (kept.username ?? "") === (to.username ?? "");
  if (isSame || (to.username ?? "") === "") return;
  throw invalidField(
    "password",
    t("Enter the password: the one that is kept is only for {host}, port {port}, and the user {username}.", {
      host: kept.host,
      port: String(kept.port),
      username: kept.username ?? "–",
    }),
    "required",
  );
}
