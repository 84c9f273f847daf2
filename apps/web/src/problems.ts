/** What is answered when something is not let in, not there or not working: a page for browsers, problem details under /api. */
import type { Logger } from '@resetscope/telemetry';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from './access/refusal.ts';
import type { Assets } from './assets.ts';
import { type Problem, problemPage } from './pages/problem-page.ts';
import { sendPage } from './pages/send-page.ts';
import { sendSignInPage } from './pages/sign-in-page.ts';
import type { WebMetrics } from './web-metrics.ts';

export interface ProblemOptions {
  readonly assets: Assets;
  readonly logger: Logger;
  readonly metrics: WebMetrics;
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
  const { assets, logger, metrics, redisUrl, isRedisReady } = options;
  const redisAway: Problem = {
    status: 503,
    title: 'Redis is away',
    text: `The incidents are in Redis at ${redisUrl}, and it does not answer. They are not lost: this page works again when Redis does.`,
    fix: 'Check that the server runs and that REDIS_URL is right.',
  };
  const send = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
    if (problem.status === 503) reply.header('retry-after', '5');
    reply.code(problem.status);
    return isForProgram(request) ? sendDetails(request, reply, problem) : sendPage(reply, problemPage(problem, assets));
  };
  server.setNotFoundHandler((request, reply) => send(request, reply, NOT_FOUND));
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof NotFound) return send(request, reply, NOT_FOUND);
    if (error instanceof Refusal) {
      metrics.refusals.inc({ reason: error.reason });
      return refuse(request, reply, error, send);
    }
    if (isBadRequest(error)) return send(request, reply, badRequest(error));
    const away = !isRedisReady() || isRedisError(error);
    logger.error({ err: error, route: request.routeOptions.url }, away ? 'Redis is away' : 'request failed');
    return send(request, reply, away ? redisAway : BROKEN);
  });
}

type Send = (request: FastifyRequest, reply: FastifyReply, problem: Problem) => FastifyReply;

function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal, send: Send): FastifyReply {
  if (refusal.retryAfterSeconds !== null) reply.header('retry-after', String(refusal.retryAfterSeconds));
  if (refusal.reason !== 'credentials') return send(request, reply, refusal.problem);
  if (isForProgram(request)) {
    reply.header('www-authenticate', 'Bearer realm="resetscope"');
    return send(request, reply, refusal.problem);
  }
  // A session cookie does not come along when another site links here; asked for again by our own page, it does.
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  const isGet = request.method === 'GET';
  if (isGet && site === 'cross-site' && mode === 'navigate') reply.header('refresh', '0');
  return sendSignInPage(reply, { next: isGet ? request.url : '/', isRefused: false });
}

function isForProgram(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/');
}

/** RFC 9457. Before version 1 the API answered `error` alone; its routes still do. */
function sendDetails(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, title, text, fix } = problem;
  if (!request.url.startsWith('/api/v1/')) return reply.send({ error: { status, message: `${title}. ${text}` } });
  return reply
    .header('content-type', 'application/problem+json')
    .send({ type: 'about:blank', title, status, detail: `${text} ${fix}` });
}

/** What Fastify says of a request that it cannot take: its parameters, its body or its size. */
function isBadRequest(error: FastifyError): boolean {
  return error.validation !== undefined || (error.statusCode !== undefined && error.statusCode < 500);
}

function badRequest(error: FastifyError): Problem {
  return { status: 400, title: 'The request is not right', text: `${error.message}.`, fix: 'See /api/openapi.json.' };
}

/** Errors of ioredis when a command got no answer, or an answer such as LOADING or OOM. */
function isRedisError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'ReplyError' || error.name === 'MaxRetriesPerRequestError' || error.message === 'Command timed out'
  );
}
