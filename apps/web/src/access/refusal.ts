/** Why a request is not let in: each reason with the answer it gets. */
import type { Problem } from '../pages/problem-page.ts';

export const REFUSAL_REASONS = ['host', 'rate', 'credentials', 'cross-site', 'right'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

const PROBLEMS: Readonly<Record<RefusalReason, Problem>> = {
  host: {
    status: 421,
    title: 'This server does not go by that name',
    text: 'The request asks for a host name that this server was not told is its own. That keeps strangers’ pages from reading it through your browser.',
    fix: 'Use its address, or start resetscope web with --page-url or --allow-host.',
  },
  rate: {
    status: 429,
    title: 'Too many requests',
    text: 'This address has asked for more than it may, or has tried too many passwords.',
    fix: 'Wait a little. The flag --rate-limit sets how much one address may ask for.',
  },
  credentials: {
    status: 401,
    title: 'Sign in first',
    text: 'This page is for people with a password and programs with a token.',
    fix: 'Sign in, or send Authorization: Bearer with a token.',
  },
  'cross-site': {
    status: 403,
    title: 'This did not come from a page of resetscope',
    text: 'Something is to be changed, and the browser says that another site asks for it.',
    fix: 'Open the page itself and try again there.',
  },
  right: {
    status: 403,
    title: 'You may not do this',
    text: 'You are signed in, and your roles do not include it: captures are for role packets, decisions about groups for role editor.',
    fix: 'Ask whoever keeps the users file.',
  },
};

/** Thrown by the guard, answered in problems.ts. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  /** For Retry-After; null: trying again does not help. */
  readonly retryAfterSeconds: number | null;

  constructor(reason: RefusalReason, retryAfterSeconds: number | null = null) {
    super(PROBLEMS[reason].title);
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get problem(): Problem {
    return PROBLEMS[this.reason];
  }
}
