/** The id of an incident without a line: whoever finds the connection, and however often, finds the same. */
import { createHash } from 'node:crypto';
import type { ConnectionKey } from '@resetscope/ring';
import { connectionName } from './claims.ts';

/** As long as the ids of jobs (resetJobId), and of another text than any of theirs. */
const ID_LEN = 32;

/** firstResetUs: of the connection in this life of its ports. 32 hexadecimal digits. */
export function unloggedIncidentId(node: string, key: ConnectionKey, firstResetUs: number): string {
  const text = JSON.stringify(['unlogged', node, connectionName(key), firstResetUs]);
  return createHash('sha256').update(text).digest('hex').slice(0, ID_LEN);
}
