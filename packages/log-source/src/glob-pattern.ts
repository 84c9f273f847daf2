/**
 * Patterns of paths as shells know them: `*` and `?` within one name, `[a-z]`, `{a,b}`. A name that begins with a dot is
 * found only by a pattern that does too. Not: `**`, escapes.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const WILDCARD = /[*?[{]/;

export function isPattern(path: string): boolean {
  return WILDCARD.test(path);
}

/** Folders looked into for one pattern: bounds the work of a pattern of three wildcards. */
const MAX_FOLDERS = 1000;

/** The paths that match right now, sorted; folders that cannot be read match nothing. pattern: absolute. */
export async function matchPattern(pattern: string): Promise<readonly string[]> {
  let found: readonly string[] = ['/'];
  for (const segment of pattern.split('/').filter((part) => part !== '')) {
    if (!isPattern(segment)) {
      found = found.map((folder) => join(folder, segment));
      continue;
    }
    const name = segmentExpression(segment);
    const next: string[] = [];
    for (const folder of found.slice(0, MAX_FOLDERS)) {
      const names = await readdir(folder).catch(() => []);
      next.push(...names.filter((entry) => name.test(entry)).map((entry) => join(folder, entry)));
    }
    found = next;
  }
  return [...found].sort();
}

/** One path segment as an anchored expression; linear, because `*` never meets itself. */
export function segmentExpression(segment: string): RegExp {
  let source = /^[.[{]/.test(segment) ? '' : '(?!\\.)';
  let depth = 0;
  for (let at = 0; at < segment.length; at++) {
    const char = segment.charAt(at);
    const set = char === '[' ? /^\[(!?)([^\]]+)\]/.exec(segment.slice(at)) : null;
    if (set !== null) {
      source += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/[\\^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (char === '*') source += source.endsWith('[^/]*') ? '' : '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '{' && segment.includes('}', at)) {
      depth++;
      source += '(?:';
    } else if (char === '}' && depth > 0) {
      depth--;
      source += ')';
    } else source += char === ',' && depth > 0 ? '|' : char.replace(/[.+^$()|{}[\]\\]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // `[z-a]`, `{a,{b}`: taken as the text they are
    return new RegExp(`^${segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 's');
  }
}
