/** JSON as Redis gives it back: text of an older or another program must not bring a reader down. */

/** null: it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
