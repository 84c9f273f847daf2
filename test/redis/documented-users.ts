/** The users that docs/redis.md lists, one for each app, with a password of ours. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';

/** Arguments of ACL for each. more: rights besides. */
export function documentedUsers(password: string, more: readonly string[] = []): readonly (readonly string[])[] {
  const lines = [...page().matchAll(/^ACL (SETUSER .*)$/gm)].map(([, line = '']) => line);
  return lines.map((line) => [...line.replace('>PASSWORD', `>${password}`).split(' '), ...more]);
}

/** What each also needs in a cluster. */
export function clusterRights(): readonly string[] {
  return /In a cluster each also needs `([^`]*)`/.exec(page())?.[1]?.split(' ') ?? [];
}

function page(): string {
  return readFileSync(join(repositoryRoot(), 'docs', 'redis.md'), 'utf8');
}
