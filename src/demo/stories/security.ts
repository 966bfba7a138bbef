import type { Story } from "./story.ts";

/** Phishing, backups, suspicious things. */
export const securityStories: readonly Story[] = [
  {
    title: "Strange mail from the boss: phishing?",
    category: "Security",
    type: "Incident",
    minutes: [10, 35],
    opening:
      "I got a mail that looks like our director's, asking me to buy gift cards quickly. I did not answer. Is it real?",
    finding: "Sender is a free mail address with the director's name. Four others got it too, nobody answered.",
    reply:
      "Well spotted: it is a fraud. We have taken it out of the mailboxes of your colleagues as well. Please do not delete yours before we have saved it.",
    answer: "Good. I have warned the others at lunch.",
    solution:
      "The mail is removed everywhere, the sender blocked, and mails from outside that bear the director's name now get a warning.",
    work: "Examined and removed a phishing mail, added a warning rule",
    tag: "phishing",
  },
  {
    title: "Clicked on a link in a parcel mail",
    category: "Security",
    type: "Incident",
    minutes: [45, 150],
    opening:
      "I was waiting for a parcel, clicked the link and typed in my password. Now I am afraid it was not genuine.",
    finding: "One sign-in from abroad 14 minutes later, no rules made, no mail sent. Sessions revoked.",
    reply:
      "Thank you for telling us at once. Your password is changed and all sessions are ended. We are going through what happened with the account in that time.",
    answer: "I am sorry! What else should I do?",
    solution:
      "One foreign sign-in was found and ended before anything happened. Password and second factor are new, and the account is watched for a month.",
    work: "Secured an account after a phishing click, reviewed sign-ins and rules",
    tag: "phishing",
  },
  {
    title: "Virus scanner reports a find on {device}",
    category: "Security",
    type: "Incident",
    minutes: [25, 80],
    opening:
      "Monitoring: the scanner on {device} has put a file into quarantine: a downloader in the folder Downloads.",
    finding: "Free PDF converter with a passenger. Never ran, quarantine took it on writing.",
    reply:
      "The scanner caught a program that came with a free converter before it could start. We check the computer all the same; there is a converter that you may use.",
    answer: "I only wanted to turn a picture into a PDF. I take yours.",
    solution: "A full scan found nothing more. The approved converter is installed.",
    work: "Checked {device} after a find of the virus scanner",
    isMonitoring: true,
    tag: "monitoring",
  },
  {
    title: "Backup of {server} failed",
    category: "Security",
    type: "Incident",
    minutes: [20, 70],
    opening: "Monitoring: the nightly backup of {server} ended with an error: the target did not answer.",
    finding: "Backup storage had restarted for an update at the same time. Window moved, job run by hand.",
    reply: "Last night's backup did not run through. We have made it up this morning; there is no gap.",
    answer: "Thank you for watching that.",
    solution: "The backup is made up and verified. The storage now updates on Sundays, outside of the window.",
    work: "Made up the failed backup of {server} and moved the window",
    isMonitoring: true,
    tag: "backup",
  },
  {
    title: "Yearly restore test",
    category: "Security",
    type: "Service request",
    minutes: [60, 150],
    opening: "Planned: restore test of {server} as agreed in the contract, with a record for the insurance.",
    finding: "Restored into the isolated network: boot in 11 minutes, database consistent, 200 random files compared.",
    reply: "The restore test is under way in a closed network. Your daily work is not touched.",
    answer: "Please send the record to our insurance broker as well.",
    solution:
      "The server was running from the backup within 11 minutes and all samples were the same. The record is attached.",
    work: "Yearly restore test of {server} with a record",
    tag: "backup",
  },
  {
    title: "Lost laptop {device}",
    category: "Security",
    type: "Incident",
    minutes: [30, 80],
    opening: "I left my laptop on the train. It had customers' data on it. What now?",
    finding: "Disk encryption active, last seen 08:14. Wipe command queued, account secured.",
    reply:
      "The disk is encrypted, so nobody can read it. We have ended your sessions and erase the laptop as soon as it goes online.",
    answer: "The railway has found it! I can fetch it on {day}.",
    solution: "The laptop is back, checked and in use again. The wipe was taken back in time.",
    work: "Secured accounts and device after the loss of {device}",
    tag: "security",
  },
  {
    title: "Insurance questionnaire on IT security",
    category: "Security",
    type: "Service request",
    minutes: [60, 160],
    opening: "Our insurance sent nine pages on cyber security. Can you fill in the technical part?",
    finding: "Two honest gaps: no second factor on the old web shop, no written emergency plan.",
    reply:
      "We are filling in the technical part. Two points are open on your side and we suggest closing them first, since a wrong cross costs the cover.",
    answer: "Then let us close them. Please send a proposal.",
    solution: "The questionnaire is filled in, and the proposal for the two open points is with you.",
    work: "Answered the technical part of an insurance questionnaire",
    tag: "audit",
  },
  {
    title: "Second factor for everybody",
    category: "Security",
    type: "Change",
    minutes: [90, 240],
    opening: "We would like the second factor for all employees, not only for the office.",
    finding: "{count} people without a smartphone: hardware keys for them. Roll-out by department.",
    reply:
      "We go department by department, with half an hour of explanation each. For those without a smartphone we bring keys.",
    answer: "Start with sales, they are all here on {day}.",
    solution: "All accounts have a second factor. Sign-ins without one are refused since this morning.",
    work: "Rolled out the second factor with a short training",
    isOnSite: true,
    tag: "security",
  },
  {
    title: "Unknown device in the network",
    category: "Security",
    type: "Incident",
    minutes: [20, 60],
    opening: "Monitoring: a device that nobody knows asks for addresses in the office network, maker unknown.",
    finding: "It is the new coffee machine. Really. Moved to the network for things.",
    reply:
      "A device that we do not know sits in your office network, at the socket by the kitchen. Has somebody connected something there?",
    answer: "That would be the coffee machine, it orders its own beans.",
    solution: "The coffee machine now lives in a network of its own, without a way to your computers.",
    work: "Identified an unknown device and moved it to a network of its own",
    isMonitoring: true,
    tag: "security",
  },
  {
    title: "Supplier asks to change bank details",
    category: "Security",
    type: "Incident",
    minutes: [20, 50],
    opening: "A supplier writes that their account number has changed. The mail looks right, but something feels odd.",
    finding: "Real mailbox of the supplier, taken over: reply address differs by one letter.",
    reply:
      "Please do not pay. The supplier's mailbox seems to be in foreign hands. Call them on a number that you know from before.",
    answer: "They knew nothing of it. You have saved us eleven thousand.",
    solution:
      "The false domain is blocked, the supplier informed, and accounts have a note to call back on such mails.",
    work: "Examined a fraud by false bank details, blocked the domain",
    tag: "phishing",
  },
];
