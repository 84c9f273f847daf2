/** Names of metrics in a PromQL expression, by their form: ours, those of the process, and recorded ones. */

const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const IDENTIFIER = /[a-zA-Z_:][\w:]*/g;
const BY_PATTERN = /__name__=~"([^"]*)"/g;

export interface PromqlNames {
  /** As the apps export them, without the suffixes of a histogram's series. */
  readonly exported: readonly string[];
  /** Of recording rules. */
  readonly recorded: readonly string[];
}

export function promqlNames(expr: string): PromqlNames {
  const patterns = [...expr.matchAll(BY_PATTERN)].flatMap(([, pattern = '']) => alternatives(pattern));
  const names = [...(expr.replace(QUOTED, '""').match(IDENTIFIER) ?? []), ...patterns];
  // Labels of the watchdog begin like our metrics.
  const exported = names.filter((name) => /^(resetscope|process)_(?!url$|runbooks$)\w+$/.test(name));
  return {
    exported: exported.map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    recorded: names.filter((name) => /\w:\w/.test(name)),
  };
}

/** `a_(b|c)_d` and `a|b`: all that our rules use. */
function alternatives(pattern: string): readonly string[] {
  const [, before = '', group, after = ''] = /^(\w*)\(([\w|]+)\)(\w*)$/.exec(pattern) ?? [];
  return (group ?? pattern).split('|').map((one) => before + one + after);
}
