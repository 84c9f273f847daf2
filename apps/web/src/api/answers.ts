/** The answers of a route, for the OpenAPI document: its own, and the problems that any request may meet. */
import { ref, type Schema } from './schemas.ts';

const WORDS: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is not right',
  401: 'No credentials, or wrong ones',
  403: 'The roles do not include it',
  404: 'There is no such thing, or no longer',
  421: 'Asked for under a host name that is not ours',
  429: 'Too many requests of one client',
  503: 'Redis is away',
};

/** Of every route. */
const ALWAYS: readonly number[] = [400, 401, 403, 421, 429, 503];

/** ok: of 200, a schema of JSON or another content type. more: status codes besides those that every route has. */
export function answers(ok: Schema | string, ...more: readonly number[]): Readonly<Record<number, unknown>> {
  const content =
    typeof ok === 'string'
      ? { [ok]: { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: ok } };
  const problems = [...ALWAYS, ...more].map((status) => [
    status,
    { description: WORDS[status], content: { 'application/problem+json': { schema: ref('Problem') } } },
  ]);
  return { 200: { description: 'Done', content }, ...Object.fromEntries(problems) };
}
