/** Metrics of the web app. Labels are bounded: the route as declared, never the path asked for. */
import { Counter, Gauge, Histogram, type Registry } from '@resetscope/telemetry';
import type { FastifyInstance } from 'fastify';
import { REFUSAL_REASONS } from './access/refusal.ts';

export class WebMetrics {
  readonly requests: Counter<'route' | 'status'>;
  readonly duration: Histogram<'route'>;
  readonly eventStreams: Gauge;
  readonly refusals: Counter<'reason'>;
  readonly signIns: Counter<'result'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'resetscope_web_requests_total',
      help: 'Requests answered, by route and status code.',
      labelNames: ['route', 'status'],
      registers,
    });
    this.duration = new Histogram({
      name: 'resetscope_web_request_duration_seconds',
      help: 'Time to answer a request.',
      labelNames: ['route'],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
      registers,
    });
    this.eventStreams = new Gauge({
      name: 'resetscope_web_event_streams',
      help: 'Browsers that listen for new incidents.',
      registers,
    });
    this.refusals = new Counter({
      name: 'resetscope_web_refusals_total',
      help: 'Requests not let in: unknown host name, too many, no credentials, from another site, no right.',
      labelNames: ['reason'],
      registers,
    });
    this.signIns = new Counter({
      name: 'resetscope_web_sign_ins_total',
      help: 'Passwords tried: accepted or refused.',
      labelNames: ['result'],
      registers,
    });
    for (const reason of REFUSAL_REASONS) this.refusals.inc({ reason }, 0);
    for (const result of ['accepted', 'refused']) this.signIns.inc({ result }, 0);
  }
}

export function countRequests(server: FastifyInstance, metrics: WebMetrics): void {
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.inc({ route, status: String(reply.statusCode) });
    metrics.duration.observe({ route }, reply.elapsedTime / 1000);
  });
}
