/** Shows one line of the demo. */
export type Print = (line: string) => void;

/** As much of a token as tells two apart. */
const SHOWN_OF_A_TOKEN = 16;
const TOKEN = /\b(eyJ|cst_[a-z]{2}_)[\w.-]{20,}/g;

/** A text with its tokens cut short: what is shown on a console is easily copied further than was meant. */
export function shortenTokens(text: string): string {
  return text.replace(TOKEN, (token) => `${token.slice(0, SHOWN_OF_A_TOKEN)}…`);
}

/** A JSON value as text for the console. */
export function showJson(value: unknown): string {
  return shortenTokens(JSON.stringify(value, null, 2));
}

/** A GraphQL document with each of its definitions at the left margin. */
export function showDocument(document: string): string {
  return document.replaceAll(/^ +(?=(mutation|query|fragment) )/gm, '');
}

/** Prefixes the first line of a text with a sign and indents the others below it. */
export function indent(sign: string, text: string): string {
  return `${sign} ${text.trim().replaceAll('\n', `\n${' '.repeat(sign.length + 1)}`)}`;
}

/** A headline that numbers itself. */
export function createHeadlines(print: Print) {
  let number = 0;
  return (title: string): void => {
    number += 1;
    print(`\n── ${number}. ${title} ${'─'.repeat(Math.max(2, 74 - title.length))}`);
  };
}
