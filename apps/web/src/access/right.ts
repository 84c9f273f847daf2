/** What a caller may do, and the roles by which it is given. */

/**
 * `view`: pages, lists, verdicts, their texts. `packets`: captures as files, with whatever the packets carry.
 * `decide`: mark a group as expected, snoozed, resolved or open. `metrics`: the state of the process, nothing of incidents.
 */
export type Right = 'view' | 'packets' | 'decide' | 'metrics';

export const ROLES = ['viewer', 'packets', 'editor', 'metrics'] as const;
export type Role = (typeof ROLES)[number];

/** Each includes what its holder needs to get there. `packets` and `editor` are independent: a user may have both. */
const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ['view', 'metrics'],
  packets: ['view', 'metrics', 'packets'],
  editor: ['view', 'metrics', 'decide'],
  metrics: ['metrics'],
};

export const ALL_RIGHTS: ReadonlySet<Right> = new Set(Object.values(RIGHTS).flat());

export function rightsOf(roles: readonly Role[]): ReadonlySet<Right> {
  return new Set(roles.flatMap((role) => RIGHTS[role]));
}

/** `packets,editor`; null when one of them is no role. */
export function parseRoles(text: string): readonly Role[] | null {
  const names = text.split(',');
  return names.every(isRole) ? names : null;
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
