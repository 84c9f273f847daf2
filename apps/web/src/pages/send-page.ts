/** Sending finished markup. */
import type { SafeHtml } from '@resetscope/report';
import type { FastifyReply } from 'fastify';

export function sendPage(reply: FastifyReply, page: SafeHtml): FastifyReply {
  return reply.header('content-type', 'text/html; charset=utf-8').send(page.toString());
}
