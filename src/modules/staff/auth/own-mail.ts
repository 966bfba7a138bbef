import type { Work } from "../../../platform/context.ts";
import { type MailContent, mailBody } from "../../../platform/mail/compose.ts";
import { queueMail } from "../../../platform/mail/queue.ts";

/** Queues a mail to a person about their own account, from the organization. */
export async function queueOwnMail(
  work: Work,
  user: { id: string; name: string; email: string },
  subject: string,
  content: Omit<MailContent, "footer">,
  dedupe_key: string,
): Promise<void> {
  await queueMail(work, {
    to: { address: user.email, name: user.name },
    subject,
    ...mailBody({ ...content, footer: work.tenant.name }, work.tenant.brand),
    about: { type: "users", id: user.id },
    dedupe_key,
  });
}
