import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** Below it a packet is saved at best: nearly every answer is smaller and takes no part in this. */
const THRESHOLD = 1_024;

/** Above the middle, brotli takes many times as long for a few per cent. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const ENCODINGS = {
  br: (text: string) => promisify(brotliCompress)(text, BROTLI),
  gzip: (text: string) => promisify(gzip)(text),
} as const;

/** What the package's types do not know yet: a preference among what the client accepts alike. */
interface PreferringNegotiator {
  encoding(available: readonly string[], options: { preferred: readonly string[] }): string | undefined;
}

/** Compresses longer texts for clients that accept it (RFC 9110 §12.5.3). Files are streams and go as they are. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length < THRESHOLD || reply.hasHeader('etag')) return done();
    compress(request, reply, payload).then((compressed) => done(null, compressed), done);
  });
}

async function compress(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
): Promise<string | Buffer> {
  const varies = reply.getHeader('vary');
  void reply.header('vary', varies === undefined ? 'Accept-Encoding' : `${String(varies)}, Accept-Encoding`);
  const negotiator = new Negotiator(request) as unknown as PreferringNegotiator;
  const encoding = negotiator.encoding(['br', 'gzip', 'identity'], { preferred: ['br', 'gzip'] });
  if (encoding !== 'br' && encoding !== 'gzip') return text;
  void reply.header('content-encoding', encoding).removeHeader('content-length');
  return ENCODINGS[encoding](text);
}
