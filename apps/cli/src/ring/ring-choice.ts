/** Which of the rings in a Redis a command is about. */
import { ClearError } from '@resetscope/telemetry';

/** asked: undefined for the only one. @throws ClearError when there is no such ring, or more than one to choose from */
export function chooseNode(asked: string | undefined, nodes: readonly string[]): string {
  const [only, another] = nodes;
  if (asked !== undefined ? !nodes.includes(asked) : only === undefined) throw missingRing(asked, nodes);
  if (asked === undefined && another !== undefined) {
    throw new ClearError('RS_USAGE', `expected --node to name one of ${nodes.join(', ')}, got none`);
  }
  return asked ?? (only as string);
}

export function missingRing(node: string | undefined, nodes: readonly string[]): ClearError {
  const expected = node === undefined ? 'a ring' : `a ring of node ${JSON.stringify(node)}`;
  const got = nodes.length === 0 ? 'none at all' : `those of ${nodes.join(', ')}`;
  const fix = 'check --redis and --node, or start resetscope up or resetscope capture';
  return new ClearError('RS_RING_MISSING', `expected ${expected} in this Redis, got ${got}`, fix);
}
