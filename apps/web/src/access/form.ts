/** Forms as browsers send them: application/x-www-form-urlencoded (WHATWG URL section 5). */
import type { FastifyInstance } from 'fastify';

const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A user, a password and an address. */
const MAX_FORM_BYTES = 16 * 1024;

/** Bodies of forms arrive as URLSearchParams. */
export function acceptForms(server: FastifyInstance): void {
  server.addContentTypeParser(FORM_TYPE, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
}

/** Empty when the body was no form. */
export function readForm(body: unknown): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}
