/** What to paste where, for the causes that something can be pasted against. Words for the rest: the fixes of a cause. */
import { DIRECTIVES } from './directive-table.ts';

export interface Directive {
  /** Who applies it; a party as in the fixes. */
  readonly party: string;
  /** The file, and of nginx the block: `nginx.conf, upstream {}`, `gunicorn.conf.py`. */
  readonly place: string;
  /** Lines without a newline at the end. A value that depends on the site is said so in a comment. */
  readonly text: string;
}

/** Empty for a cause that has none, and for null. */
export function directivesOf(cause: string | null): readonly Directive[] {
  return cause === null || !Object.hasOwn(DIRECTIVES, cause) ? [] : (DIRECTIVES[cause] ?? []);
}
