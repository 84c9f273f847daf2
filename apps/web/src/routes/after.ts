/** `?after=`: where a page of incidents begins, as the search gave it. */

/** `<createdAtUs, 16 digits>:<incident id>`. */
const CURSOR = /^\d{16}:[\w.:-]{1,128}$/;

/** null: at the newest. What is no cursor is taken as absent. */
export function readAfter(query: unknown): string | null {
  const { after } = query as Readonly<Record<string, unknown>>;
  return typeof after === 'string' && CURSOR.test(after) ? after : null;
}
