/** What a server on another port stands for, such as `http://localhost:4000` → `http://127.0.0.1:39121`. */
export type Mapping = Readonly<Record<string, string>>;

export type Browser = ReturnType<typeof createBrowser>;

/**
 * As much of a browser as signing in needs: it keeps cookies for each origin and follows redirects. Addresses of nobody
 * it reaches are where it stays.
 */
export function createBrowser(mapping: Mapping) {
  const jars = new Map<string, Map<string, string>>();

  function jarOf(url: string): Map<string, string> {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  }

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const jar = jarOf(url);
    const { origin } = new URL(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const target = url.replace(origin, mapping[origin] ?? origin);
    const response = await fetch(target, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line) || value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Opens an address and follows where it leads, as far as `stopAt` says. Returns where it ended. */
  async function visit(address: string, stopAt: (url: URL) => boolean = () => false): Promise<URL> {
    let url = address;
    for (let hops = 0; hops < 20; hops += 1) {
      const here = new URL(url);
      if (!(here.origin in mapping) || stopAt(here)) return here;
      const response = await send(url);
      const location = response.headers.get('location');
      if (location === null) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
      url = new URL(location, url).href;
    }
    throw new Error(`The redirects from ${address} do not end.`);
  }

  return { send, visit, cookiesOf: jarOf };
}
