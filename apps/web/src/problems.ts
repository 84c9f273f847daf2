/** What is answered when something is not there or not working: a page for browsers, one JSON object under /api. */
import type { Logger } from '@resetscope/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Assets } from './assets.ts';
import { type Problem, problemPage } from './pages/problem-page.ts';
import { sendPage } from './pages/send-page.ts';

export interface ProblemOptions {
  readonly assets: Assets;
  readonly logger: Logger;
  /** With its password masked. */
  readonly redisUrl: string;
  readonly isRedisReady: () => boolean;
}

const NOT_FOUND: Problem = {
  status: 404,
  title: 'There is nothing here',
  text: 'The address may be mistyped, or the incident has been dropped: incidents are kept for a limited time and number.',
  fix: 'Look for it among the newest incidents, or in the error log itself with resetscope analyze.',
};

const BROKEN: Problem = {
  status: 500,
  title: 'This page failed',
  text: 'That is a fault of resetscope, not of your servers. The log of resetscope web has the details.',
  fix: 'Reload the page; report it when it stays.',
};

/** Thrown by a route that did not find what was asked for. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

export function answerProblems(server: FastifyInstance, options: ProblemOptions): void {
  const { assets, logger, redisUrl, isRedisReady } = options;
  const redisAway: Problem = {
    status: 503,
    title: 'Redis is away',
    text: `The incidents are in Redis at ${redisUrl}, and it does not answer. They are not lost: this page works again when Redis does.`,
    fix: 'Check that the server runs and that REDIS_URL is right.',
  };
  const send = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
    if (problem.status === 503) reply.header('retry-after', '5');
    reply.code(problem.status);
    if (!request.url.startsWith('/api/')) return sendPage(reply, problemPage(problem, assets));
    return reply.send({ error: { status: problem.status, message: `${problem.title}. ${problem.text}` } });
  };
  server.setNotFoundHandler((request, reply) => send(request, reply, NOT_FOUND));
  server.setErrorHandler((error, request, reply) => {
    if (error instanceof NotFound) return send(request, reply, NOT_FOUND);
    const away = !isRedisReady() || isRedisError(error);
    logger.error({ err: error, route: request.routeOptions.url }, away ? 'Redis is away' : 'request failed');
    return send(request, reply, away ? redisAway : BROKEN);
  });
}

/** Errors of ioredis when a command got no answer, or an answer such as LOADING or OOM. */
function isRedisError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'ReplyError' || error.name === 'MaxRetriesPerRequestError' || error.message === 'Command timed out'
  );
}
