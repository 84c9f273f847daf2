/**
 * One POST to the receiver. It follows no redirect (the URL is what the operator has chosen, not what an answer chooses), reads
 * nothing of the answer's body, and takes no longer than a limit.
 */

export type WebhookAnswer =
  | { readonly kind: 'accepted' }
  /** Any status but 2xx, redirects included. */
  | { readonly kind: 'refused'; readonly status: number }
  /** No answer: a code such as ECONNREFUSED, or `timeout`. Never the URL. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface WebhookRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** signal: gives up at once. Never rejects. */
export async function postWebhook(
  { url, body, headers }: WebhookRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'resetscope', ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    });
    await response.body?.cancel();
    return response.ok ? { kind: 'accepted' } : { kind: 'refused', status: response.status };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

/** fetch hides the system's code in a cause; its messages may hold the URL. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: { readonly code?: unknown } };
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'AbortError') return 'stopped';
  return typeof cause?.code === 'string' ? cause.code : 'network';
}
