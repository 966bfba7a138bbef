import type { Actor } from "./access/actor.ts";
import type { App, Tenant } from "./context.ts";
import type { Module } from "./module.ts";
import type { Registry } from "./registry.ts";

/**
 * Modules that an organization has switched off (PRD 3.17 "Module enable/disable"). Nobody holds a permission of such a
 * module, so whatever asks for one is gone by itself: pages, buttons, panels, API, search. What asks for none goes by its
 * owner: routes, navigation, panels, jobs. The data stays, and what other modules tell is still taken in, so that it is right
 * when the module is switched on again.
 */
export function isOn(app: Pick<App, "registry">, tenant: Switches, part: object): boolean {
  if (isAllOn(tenant)) return true;
  const owner = app.registry.owners.get(part);
  return owner === undefined || isModuleOn(app, tenant, owner);
}

/** What says which modules are on: the organization's own choice, and what the operator allows it. */
export type Switches = Pick<Tenant, "disabled_modules" | "allowed_modules">;

const isAllOn = ({ disabled_modules, allowed_modules }: Switches): boolean =>
  disabled_modules.length === 0 && allowed_modules === null;

/** Whether a module is on, by its name. */
export function isModuleOn(app: Pick<App, "registry">, tenant: Switches, name: string): boolean {
  if (tenant.disabled_modules.includes(name)) return false;
  return tenant.allowed_modules === null || tenant.allowed_modules.includes(name) || !isOptional(app.registry, name);
}

/** Whether the module that brings a permission is on. While it is not, nobody holds it, and so nobody lacks it either. */
export function isPermissionOn(app: Pick<App, "registry">, tenant: Switches, permission: string): boolean {
  return isModuleOn(app, tenant, app.registry.permissionOwners.get(permission) ?? "");
}

function isOptional({ modules }: Registry, name: string): boolean {
  return modules.some((module) => module.name === name && module.optional !== undefined);
}

/** The modules that can be switched off. */
export function optionalModules(registry: Registry): (Module & { optional: NonNullable<Module["optional"]> })[] {
  return registry.modules.flatMap((module) =>
    module.optional === undefined ? [] : [{ ...module, optional: module.optional }],
  );
}

/** An actor as far as the organization's modules reach. */
export function withinModules(app: Pick<App, "registry">, tenant: Switches, actor: Actor): Actor {
  if (isAllOn(tenant)) return actor;
  const kept = [...actor.permissions].filter((name) => isPermissionOn(app, tenant, name));
  return { ...actor, permissions: new Set(kept) };
}
