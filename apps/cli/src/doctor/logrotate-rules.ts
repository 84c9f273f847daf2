/** Rules of logrotate (logrotate.conf(5)) as far as the doctor asks: which files, copied or renamed, and what is run afterwards. */

export interface LogrotateRule {
  /** Paths and patterns of the head, without quotes. */
  readonly patterns: readonly string[];
  /** Emptied in place after a copy; otherwise renamed. */
  readonly copiesAndTruncates: boolean;
  /** Text of its postrotate, lastaction and prerotate scripts. */
  readonly script: string;
}

/** Line by line: an opening brace ends the head, a closing one stands alone, scripts end with `endscript`. Never throws. */
export function parseLogrotate(text: string): readonly LogrotateRule[] {
  const rules: LogrotateRule[] = [];
  let head = '';
  let body: string[] | null = null;
  let script: string[] = [];
  let isScript = false;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (isScript) {
      isScript = line !== 'endscript';
      script.push(line);
    } else if (/^(?:pre|post)rotate\b|^(?:first|last)action\b/.test(line)) isScript = true;
    else if (line.startsWith('#') || line === '') continue;
    else if (body === null && line.endsWith('{')) {
      head = `${head} ${line.slice(0, -1)}`;
      body = [];
      script = [];
    } else if (body === null) head = /^["'/]/.test(line) ? `${head} ${line}` : '';
    else if (line === '}') {
      rules.push({
        patterns: patternsOf(head),
        copiesAndTruncates: body.includes('copytruncate'),
        script: script.join('\n'),
      });
      body = null;
      head = '';
    } else body.push(line);
  }
  return rules;
}

function patternsOf(head: string): readonly string[] {
  return [...head.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Does one of its patterns (glob(7)) name this file? */
export function isRotatedBy(rule: LogrotateRule, path: string): boolean {
  return rule.patterns.some((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]');
    try {
      return new RegExp(`^${source}$`).test(path);
    } catch {
      return pattern === path;
    }
  });
}
