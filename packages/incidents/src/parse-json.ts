/** JSON as Redis gives it back: text of an older or another program must not bring a reader down. */

/** null: there is none, or it is no JSON. */
export function parseJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
