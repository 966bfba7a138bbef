import { t } from "../language/index.ts";
import { isBreached } from "./breached.ts";

/** Argon2id with 19 MiB and two passes, the OWASP cheat sheet's first choice for servers with little memory. */
const cost = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** A hash at the same cost of a password nobody has: checked for unknown accounts, so that they take the same time. */
const nobodysHash =
  "$argon2id$v=19$m=19456,t=2,p=1$+7GsDo1+BdCP9+vF+4FgF5jnkaxN10dmjBCNNwVS9Vc$LeeUwEKtvSupD0kyPyVxtd194LW7a2l3TF8ssNxNLzA";

/** Shortest password where nobody has decided, in characters (NIST SP 800-63B asks for length, not for kinds of characters). */
export const shortestPassword = 12;
const longestPassword = 1024;
const fewestDifferent = 5;

/** What guessing starts with, of those that are long enough to pass the first rule; lower-case letters and digits. */
const common = new Set(
  [
    "password1234 password12345 password123456 passwordpassword password2024 password2025 password2026",
    "passw0rd1234 p4ssw0rd1234 mypassword123 yourpassword changeme1234 changeme12345 changemeplease changemenow123",
    "123456789012 1234567890123 12345678901234 123456789abc 1234567890qwerty 123456789qwerty 1q2w3e4r5t6y 1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv qwertyuiop12 qwertyuiop123 qwertyuiopasdf qwertyuiopasdfghjkl qwerty123456 qwerty1234567",
    "qwerty12345678 asdfghjkl123 asdfghjklzxcvbnm zxcvbnm12345 abcdefghijkl abcdefghijklm abcd12345678 abc123456789",
    "a1b2c3d4e5f6 iloveyou1234 iloveyou12345 iloveyouforever letmein12345 letmeinplease welcome12345 welcome123456",
    "welcome12345678 administrator administrator1 administrator123 adminadminadmin admin1234567 admin12345678",
    "rootrootroot rootpassword superuser123 supersecret1 supersecret123 secretsecret secretpassword trustno1trustno1",
    "sunshine1234 princess1234 football1234 baseball1234 basketball123 monkey123456 dragon123456 shadow123456",
    "master123456 superman1234 batman123456 starwars1234 pokemon12345 computer1234 internet1234 security1234",
    "helpdesk1234 support12345 servicedesk1 technician12 serverserver company12345 msp123456789 spring202520",
    "correcthorsebatterystaple thisisapassword thequickbrownfox nopasswordhere purserpurser purser123456",
  ].flatMap((line) => line.split(" ")),
);

/** The stored form of a password. */
export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(normal(password), cost);
}

/** Whether a password is the one of a hash; a `null` hash (no such account, no password yet) takes as long and is false. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const isRight = await Bun.password.verify(normal(password), hash ?? nobodysHash);
  return isRight && hash !== null;
}

export interface PasswordRules {
  min_password_length: number;
  /** Of capital letters, small letters, digits and other characters. */
  min_character_kinds?: number;
  is_breached_check_on: boolean;
}

/** Whose password it is: none of these names may be in it. */
export interface PasswordOwner {
  email: string;
  name: string;
  organization?: string;
}

const standardRules: PasswordRules = { min_password_length: shortestPassword, is_breached_check_on: true };

/** What is wrong with a new password, as sentences for the person who chose it; empty when nothing is. */
export function passwordProblems(
  password: string,
  person: PasswordOwner,
  rules: PasswordRules = standardRules,
): string[] {
  const length = [...password].length;
  const least = rules.min_password_length;
  if (length < least) return [t("Use at least {least} characters; this has {length}.", { least, length })];
  if (length > longestPassword) return [t("Use at most {most} characters.", { most: String(longestPassword) })];
  const problems: string[] = [];
  const lower = normal(password).toLowerCase();
  if (common.has(lower.replace(/[^\p{L}\p{N}]/gu, ""))) {
    problems.push(t("This is among the passwords that are guessed first."));
  } else if (rules.is_breached_check_on && isBreached(lower)) {
    problems.push(t("This password, or what it is made of, is known from break-ins elsewhere. Choose another one."));
  }
  if (new Set(lower).size < fewestDifferent) {
    problems.push(t("Use at least {count} different characters.", { count: fewestDifferent }));
  }
  const kinds = rules.min_character_kinds ?? 1;
  if (characterKinds.filter((kind) => kind.test(password)).length < kinds)
    problems.push(
      t("Use {count} of these four: capital letters, small letters, digits, other characters.", { count: kinds }),
    );
  const own = namesOf(person).find((name) => lower.includes(name));
  if (own !== undefined) problems.push(t('Leave out your name and address (it contains "{own}").', { own }));
  const house = partsOf(person.organization ?? "").find((name) => lower.includes(name));
  if (own === undefined && house !== undefined)
    problems.push(t('Leave out the name of the organization (it contains "{house}").', { house }));
  return problems;
}

/** Other characters are also letters that have no capitals: nobody is asked to write in another script. */
const characterKinds = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[^\p{Lu}\p{Ll}\p{Nd}]/u];

/** The parts of a person's name and address that are long enough to mean them. */
function namesOf({ email, name }: PasswordOwner): string[] {
  const local = email.split("@")[0] ?? "";
  return partsOf(`${email} ${local} ${local.replace(/[^\p{L}\p{N}]+/gu, " ")} ${name}`);
}

function partsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .map((part) => normal(part).toLowerCase())
    .filter((part) => part.length >= 4);
}

/** The same password typed on another keyboard or system may arrive in other code points (NIST SP 800-63B 5.1.1.2). */
function normal(password: string): string {
  return password.normalize("NFKC");
}
