/** The ring could not be asked: not the same as an empty answer, and worth another try. */
export class RingUnavailableError extends Error {
  override readonly name = 'RingUnavailableError';
  readonly code = 'RS_RING_UNAVAILABLE';

  constructor(node: string, cause: unknown) {
    super(`ring of ${node}: expected an answer from Redis, got: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
