/** Headers of every answer: nothing inline runs, nothing foreign loads, nothing is framed, sniffed or referred. */
import type { FastifyInstance } from 'fastify';

/**
 * Content Security Policy Level 3: only our own files, no inline script anywhere. style, image: sources of these besides; only
 * the page that may load no file gives any.
 */
export function contentSecurityPolicy(style = "'self'", image = "'self'"): string {
  return [
    "default-src 'none'",
    `style-src ${style}`,
    "script-src 'self'",
    `img-src ${image}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
    // Pages hold personal data and change with every incident; assets override this.
    reply.header('cache-control', 'no-store');
  });
}
