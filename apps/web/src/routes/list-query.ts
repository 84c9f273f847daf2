/** The query string of the lists: `?limit=50&before=<createdAtUs>&group=<id>`. Bad values are taken as absent. */
import type { ListQuery } from '@resetscope/incidents';

export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const GROUP_ID = /^[0-9a-f]{16}$/;

export function readListQuery(query: unknown): ListQuery {
  const values = query as Readonly<Record<string, unknown>>;
  const limit = readCount(values['limit']);
  const beforeUs = readCount(values['before']);
  const group = values['group'];
  return {
    limit: limit === null ? DEFAULT_LIMIT : Math.min(Math.max(limit, 1), MAX_LIMIT),
    ...(beforeUs === null ? {} : { beforeUs }),
    ...(typeof group === 'string' && GROUP_ID.test(group) ? { groupId: group } : {}),
  };
}

function readCount(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : null;
}
