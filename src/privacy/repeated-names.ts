const TOKEN = /("(?:[^"\\]|\\.)*")\s*(:)?|[{}[\]]/g;

/**
 * The names that occur twice in one object of a JSON text. `JSON.parse` keeps the last of them in silence, which
 * for a key ring would mean a key lost. `json` must be well-formed.
 */
export function findRepeatedNames(json: string): string[] {
  const repeated: string[] = [];
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (text !== undefined && colon) {
      const name = JSON.parse(text) as string;
      const names = open.at(-1);
      if (names?.has(name)) repeated.push(name);
      names?.add(name);
    }
  }
  return repeated;
}
