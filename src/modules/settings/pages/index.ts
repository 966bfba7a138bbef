import type { Route } from "../../../platform/http/route.ts";
import { mailPages } from "./mail.ts";
import { organizationPages } from "./organization.ts";
import { overviewPage } from "./overview.ts";
import { sentMailPages } from "./sent-mail.ts";

export const settingsPages: Route[] = [overviewPage, ...organizationPages, ...mailPages, ...sentMailPages];
