/** `POST /sign-in`, `POST /sign-out` and `/account`. The form is what every page answers (401) to whoever has not signed in. */
import type { Logger } from '@resetscope/telemetry';
import type { FastifyInstance } from 'fastify';
import type { Assets } from '../assets.ts';
import { accountPage } from '../pages/account-page.ts';
import { sendPage } from '../pages/send-page.ts';
import { sendSignInPage } from '../pages/sign-in-page.ts';
import type { WebMetrics } from '../web-metrics.ts';
import type { Access } from './access.ts';
import { readForm } from './form.ts';
import { identityOf } from './identity.ts';
import type { RateLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { isUserName, type Users } from './users.ts';

/** Passwords checked at once, 32 MB each (password.ts). */
const MAX_CHECKS = 2;
/** Longer ones are nobody's. */
const MAX_PASSWORD_LEN = 1024;

export interface SignInOptions {
  readonly access: Access;
  readonly limits: RateLimits;
  readonly metrics: WebMetrics;
  readonly logger: Logger;
  readonly assets: Assets;
}

export function addSignInRoutes(server: FastifyInstance, options: SignInOptions): void {
  const { access, assets } = options;
  if (access.users !== null) addSignIn(server, options, access.users);
  server.get('/account', async (request, reply) => sendPage(reply, accountPage(identityOf(request), assets)));
  server.post('/sign-out', async (_request, reply) =>
    reply.header('set-cookie', access.sessions.close()).redirect('/', 303),
  );
}

function addSignIn(server: FastifyInstance, { access, limits, metrics, logger }: SignInOptions, users: Users): void {
  let checks = 0;
  const check = async (name: string, password: string): ReturnType<Users['withPassword']> => {
    if (checks >= MAX_CHECKS) throw new Refusal('rate', 1);
    checks++;
    try {
      return await users.withPassword(name, password.slice(0, MAX_PASSWORD_LEN));
    } finally {
      checks--;
    }
  };
  server.post('/sign-in', async (request, reply) => {
    await limits.beforeSignIn(request);
    const form = readForm(request.body);
    const name = form.get('user') ?? '';
    const password = form.get('password') ?? '';
    const next = localPath(form.get('next') ?? '/');
    const user = await check(name, password);
    metrics.signIns.inc({ result: user === null ? 'refused' : 'accepted' });
    const who = { user: isUserName(name) ? name : null, address: request.ip };
    if (user === null) {
      await limits.signInFailed(request);
      logger.warn(who, 'sign-in refused');
      return sendSignInPage(reply, { next, isRefused: true });
    }
    logger.info(who, 'signed in');
    return reply.header('set-cookie', access.sessions.open(user)).redirect(next, 303);
  });
}

/** Only ever a path of ours: `//host`, `/\host` and what browsers strip from an address lead elsewhere. */
export function localPath(text: string): string {
  const base = 'http://localhost';
  if (!text.startsWith('/') || !URL.canParse(text, base)) return '/';
  const { origin, pathname, search } = new URL(text, base);
  return origin === base && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
