/**
 * The signature of what is sent, in the manner of Stripe ("Verify webhook signatures manually"): HMAC-SHA256 over
 * `<t>.<body>`, where t is the time of sending in seconds since the Unix epoch, so that a receiver can refuse what is old.
 */
import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-resetscope-signature';

/** Value of the header: `t=1795334115,v1=<64 hexadecimal digits>`. body: the very bytes that are sent. */
export function webhookSignature(secret: string, body: string, nowMs: number): string {
  const t = Math.floor(nowMs / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
