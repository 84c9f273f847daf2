/** How is this log rotated, and is nginx told? */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, ok, skipped, warn } from '../finding.ts';
import { isRotatedBy, type LogrotateRule, parseLogrotate } from './logrotate-rules.ts';

/** Debian, Red Hat, Alpine. */
const RULE_FOLDER = '/etc/logrotate.d';

/** nginx opens its logs again at USR1 (ngx_process_cycle.c); Debian's init script and logrotate rule call that "rotate". */
const TELLS_NGINX = /USR1|-s\s+reopen|\bnginx\s+(?:rotate|reload)|reload\s+nginx/;

const AFTERWARDS = 'postrotate / [ ! -f /run/nginx.pid ] || kill -USR1 `cat /run/nginx.pid` / endscript';

export function checkRotation(path: string, folder: string = RULE_FOLDER): Finding {
  const subject = `rotation of ${path}`;
  const rules = readRules(folder);
  if (rules === null)
    return skipped('log-rotation', subject, `no ${folder} here: whoever rotates it must tell nginx (USR1)`);
  const rule = rules.find((one) => isRotatedBy(one, path));
  if (rule === undefined) {
    const fix = `a file in ${folder}: ${path} { daily rotate 14 create delaycompress ${AFTERWARDS} }`;
    return warn('log-rotation', subject, `no rule in ${folder} names it: it grows until the disk is full`, fix);
  }
  if (rule.copiesAndTruncates) {
    const message = 'copytruncate: lines written between copy and truncation are gone before anybody can read them';
    return warn('log-rotation', subject, message, `instead: create, and ${AFTERWARDS}`);
  }
  if (TELLS_NGINX.test(rule.script)) return ok('log-rotation', subject, 'renamed, and nginx is told');
  return warn(
    'log-rotation',
    subject,
    'renamed, and nginx is not told: it goes on writing to the old file',
    AFTERWARDS,
  );
}

/** null: no such folder. */
function readRules(folder: string): readonly LogrotateRule[] | null {
  try {
    return readdirSync(folder).flatMap((name) => readRulesOf(join(folder, name)));
  } catch {
    return null;
  }
}

/** One that may not be read says nothing. */
function readRulesOf(path: string): readonly LogrotateRule[] {
  try {
    return parseLogrotate(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}
