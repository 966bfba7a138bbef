import ldap from "ldapjs";

/** A stand-in for Active Directory on a loopback port: people, groups within groups, and who may ask. Always encrypted. */

/** Somebody of it. `memberOf` are groups; a group's own groups are in `nested`. */
export interface DirectoryPerson {
  dn: string;
  guid: string;
  mail?: string;
  principal: string;
  name: string;
  title?: string;
  password: string;
  memberOf: string[];
  isDisabled?: boolean;
}

export interface TestDirectory {
  host: string;
  port: number;
  /** PEM of the authority that vouches for it; no machine knows it by itself. */
  certificate: string;
  people: DirectoryPerson[];
  /** By group, the groups that it is in. */
  nested: Record<string, string[]>;
  /** Whose names were given in binds, in order. */
  binds: string[];
  stop(): Promise<void>;
}

export const baseDn = "DC=corp,DC=example";
export const reader = { bind_name: "CN=purser,OU=Service,DC=corp,DC=example", password: "reading only" };

const inChain = /memberOf:1\.2\.840\.113556\.1\.4\.1941:=([^()]*)\)/i;
const byAddress = /\(\|\(mail=([^()]*)\)\(userPrincipalName=([^()]*)\)\)/i;

/** A filter's value as it was before it was escaped. */
const plain = (value: string): string =>
  value.replace(/\\([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
const same = (a: string, b: string): boolean =>
  a.replace(/\s*,\s*/g, ",").toLowerCase() === b.replace(/\s*,\s*/g, ",").toLowerCase();

export async function startDirectory(): Promise<TestDirectory> {
  const directory = { people: [] as DirectoryPerson[], nested: {} as Record<string, string[]>, binds: [] as string[] };
  const isIn = (groups: readonly string[], wanted: string): boolean =>
    groups.some((group) => same(group, wanted) || isIn(directory.nested[group] ?? [], wanted));

  const server = ldap.createServer({ key, certificate });
  server.bind(baseDn, (request, response, next) => {
    const dn = request.dn.toString();
    directory.binds.push(dn);
    const person = directory.people.find((one) => same(one.dn, dn));
    const isReader = same(dn, reader.bind_name) && request.credentials === reader.password;
    // As Active Directory does: without a password it is a visit without a name, and welcome.
    const isPerson =
      request.credentials === "" ||
      (person !== undefined && !person.isDisabled && request.credentials === person.password);
    if (!isReader && !isPerson) return next(new ldap.InvalidCredentialsError());
    response.end();
    return next();
  });
  server.search(baseDn, (request, response, next) => {
    const filter = request.filter.toString();
    const base = request.dn.toString();
    const group = inChain.exec(filter)?.[1];
    // All of them: it would look for names in small letters among those that are asked for.
    response.attributes = ["*"];
    const address = byAddress.exec(filter)?.[1];
    for (const person of directory.people) {
      if (request.scope === 0 && !same(person.dn, base)) continue;
      if (group !== undefined && !isIn(person.memberOf, plain(group))) continue;
      const at = address === undefined ? null : plain(address).toLowerCase();
      if (at !== null && at !== person.mail?.toLowerCase() && at !== person.principal.toLowerCase()) continue;
      response.send({
        dn: person.dn,
        attributes: {
          objectClass: ["user", "person"],
          objectCategory: "person",
          objectGUID: Buffer.from(person.guid, "hex"),
          userPrincipalName: person.principal,
          displayName: person.name,
          userAccountControl: person.isDisabled === true ? "514" : "512",
          ...(group === undefined ? {} : { memberOf: group }),
          ...(person.mail === undefined ? {} : { mail: person.mail }),
          ...(person.title === undefined ? {} : { title: person.title }),
        },
      });
    }
    response.end();
    return next();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...directory,
    host: "localhost",
    port: server.address().port,
    certificate,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** For `dc1.corp.example` and `localhost`, until 2126; it opens nothing but this stand-in. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBvDCCAWGgAwIBAgIUJdIb1/iWt/99IInw6uwK30e1xrkwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSZGMxLmhhcmJvci5leGFtcGxlMCAXDTI2MTEyNzA3NTYxMVoY
DzIxMjYxMTAzMDc1NjExWjAdMRswGQYDVQQDDBJkYzEuaGFyYm9yLmV4YW1wbGUw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQlBOicMHqX/B1t0MSod2S+ilfcS6+y
fWaE69iQCqzK2a68BrJ0y5gAbx7ke32msGVtKKnDLgurBA6T6KiMfOtuo30wezAd
BgNVHQ4EFgQUOA2IO40nGM87KmxTUNhkMSnGgKEwHwYDVR0jBBgwFoAUOA2IO40n
GM87KmxTUNhkMSnGgKEwKAYDVR0RBCEwH4ISZGMxLmhhcmJvci5leGFtcGxlggls
b2NhbGhvc3QwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAoA8K
gaoXKr+pMaoVwo3gdCUWnECYtop1oiRdCg2wUCACIQDTPLTd0ZeylZ+RDlZC9N4x
HRnjZYX0OltjvUz52Emd+Q==
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsBfun/OTJ5dAxcrH
4sx1hkgkIvJXDtkTqKfV3j7FQnihRANCAAQlBOicMHqX/B1t0MSod2S+ilfcS6+y
fWaE69iQCqzK2a68BrJ0y5gAbx7ke32msGVtKKnDLgurBA6T6KiMfOtu
-----END PRIVATE KEY-----
`;
