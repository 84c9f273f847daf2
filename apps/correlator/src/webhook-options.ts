/** Flags and environment of the webhook. Its secret comes from the environment or a file: flags are seen by every user in `ps`. */
import type { NewsOptions } from '@resetscope/incidents';
import { ClearError } from '@resetscope/telemetry';
import { parseQuietHours, type QuietHours } from './webhook-quiet-hours.ts';

export type WebhookFlagName = 'webhook-url' | 'webhook-secret-file' | 'webhook-quiet' | 'webhook-silence' | 'page-url';

interface TextFlag {
  readonly type: 'string';
}

const TEXT: TextFlag = { type: 'string' };

/** For parseFlags. */
export const WEBHOOK_FLAGS: Readonly<Record<WebhookFlagName, TextFlag>> = {
  'webhook-url': TEXT,
  'webhook-secret-file': TEXT,
  'webhook-quiet': TEXT,
  'webhook-silence': TEXT,
  'page-url': TEXT,
};

/** Lines of a help text. */
export const WEBHOOK_HELP: string = `  --webhook-url URL      told of groups that are new or have come back (RESETSCOPE_WEBHOOK_URL); all correlators alike
  --webhook-secret-file FILE  signs what is sent, 16 characters or more (RESETSCOPE_WEBHOOK_SECRET_FILE, or the
                         secret itself in RESETSCOPE_WEBHOOK_SECRET)
  --webhook-quiet WHEN   when benign groups are not told of: always, never, or like 22:00-07:00 (default always)
  --webhook-silence H    hours of silence after which a group has come back (default 24)
  --page-url URL         where people reach the page, for links in what is sent (RESETSCOPE_PAGE_URL)
`;

export type WebhookSecret =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

export interface WebhookOptions {
  /** Perhaps with a token in it: never logged. */
  readonly url: string;
  readonly secret: WebhookSecret;
  readonly quiet: QuietHours;
  readonly silenceSeconds: number;
  /** Without a slash at its end; null: no links. */
  readonly pageUrl: string | null;
}

/** An amended verdict comes 2 s after the first (JobHandler's grace period), and may take an incident to another group. */
const SETTLE_MS = 4000;
const DEFAULT_SILENCE_HOURS = 24;
const SECONDS_PER_HOUR = 3600;

/** null: nobody is to be told. timezone: of the quiet hours. @throws ClearError RS_USAGE */
export function webhookOptionsFrom(
  flags: Readonly<Partial<Record<WebhookFlagName, string | undefined>>>,
  env: Readonly<Record<string, string | undefined>>,
  timezone: string,
): WebhookOptions | null {
  const url = flags['webhook-url'] ?? (env['RESETSCOPE_WEBHOOK_URL'] || undefined);
  if (url === undefined) return null;
  const quietText = flags['webhook-quiet'] ?? 'always';
  const quiet = parseQuietHours(quietText, timezone);
  if (quiet === null) throw usage(`--webhook-quiet to be always, never or like 22:00-07:00, got ${quietText}`);
  const hours = Number(flags['webhook-silence'] ?? DEFAULT_SILENCE_HOURS);
  if (!(hours > 0 && Number.isFinite(hours))) {
    throw usage(`--webhook-silence to be hours, got ${JSON.stringify(flags['webhook-silence'])}`);
  }
  const pageUrl = flags['page-url'] ?? (env['RESETSCOPE_PAGE_URL'] || undefined);
  return {
    url: httpUrl(url, '--webhook-url (its value is not shown)'),
    secret: secretFrom(flags['webhook-secret-file'], env),
    quiet,
    silenceSeconds: Math.round(hours * SECONDS_PER_HOUR),
    pageUrl: pageUrl === undefined ? null : httpUrl(pageUrl, '--page-url').replace(/\/+$/, ''),
  };
}

/** What the incident store needs to write events. */
export function newsOptions(webhook: WebhookOptions | null): NewsOptions | null {
  return webhook === null ? null : { silenceSeconds: webhook.silenceSeconds, settleMs: SETTLE_MS };
}

function secretFrom(fileFlag: string | undefined, env: Readonly<Record<string, string | undefined>>): WebhookSecret {
  const path = fileFlag ?? (env['RESETSCOPE_WEBHOOK_SECRET_FILE'] || undefined);
  if (path !== undefined) return { kind: 'file', path };
  const text = env['RESETSCOPE_WEBHOOK_SECRET'] || undefined;
  if (text !== undefined) return { kind: 'text', text };
  throw usage('a secret beside --webhook-url: RESETSCOPE_WEBHOOK_SECRET or --webhook-secret-file FILE');
}

/** http and https only; user and password would end up in logs of proxies, the signature does their work. */
function httpUrl(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw usage(`${what} to be a http:// or https:// URL`);
  if (url.username !== '' || url.password !== '') throw usage(`${what} to be without user and password`);
  return url.href;
}

function usage(expected: string): ClearError {
  return new ClearError('RS_USAGE', `expected ${expected}`, 'see resetscope correlator --help');
}
